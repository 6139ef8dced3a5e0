import { Controller, Get, Header, Inject, Query, Redirect } from '@nestjs/common';
import { LOG } from '@qbo-sync/service/tokens';
import type { Log } from '@qbo-sync/service/log';
import { GatewayRuntime } from './gateway-runtime';

const SENTENCES: Readonly<Record<string, string>> = {
  connected: 'QuickBooks is connected. You can close this page.',
  declined: 'QuickBooks was not connected: access was declined.',
  taken: 'This QuickBooks company is connected to another company of Run a Call.',
  other_company: 'This company is bound to another QuickBooks company.',
  not_admin: 'QuickBooks was not connected: the person is not an administrator there.',
  expired: 'This link has expired or was used before. Start again.',
};
const FAILED = 'QuickBooks was not connected. Start again.';

/** Where Intuit sends the person's browser back to. */
@Controller('oauth')
export class OAuthController {
  constructor(
    @Inject(GatewayRuntime) private readonly runtime: GatewayRuntime,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** The code and the realm stay out of the address the browser ends on, and out of the log. */
  @Get('callback')
  @Redirect()
  async callback(@Query() query: Record<string, unknown>): Promise<{ url: string }> {
    const text = (name: string): Record<string, string> => {
      const value = query[name];
      return typeof value === 'string' ? { [name]: value } : {};
    };
    const ended = await this.runtime.connections.finish({
      ...text('state'),
      ...text('code'),
      ...text('realmId'),
      ...text('error'),
    });
    this.log.info({ tenant: ended.tenant, state: ended.is }, 'connecting ended');
    return { url: `/oauth/done?state=${ended.is}` };
  }

  @Get('done')
  @Header('content-type', 'text/plain; charset=utf-8')
  @Header('cache-control', 'no-store')
  done(@Query('state') state: unknown): string {
    return typeof state === 'string' && Object.hasOwn(SENTENCES, state) ? (SENTENCES[state] ?? FAILED) : FAILED;
  }
}
