import type { OutgoingMessage } from '@qbo-sync/kafka/message';
import type { LocalStack, StackFile } from '@qbo-sync/testkit/local-stack';
import { aCustomer, runACallEvent } from '@qbo-sync/testkit/run-a-call';
import { until } from '@qbo-sync/testkit/until';
import { ConsoleApi, type LogRow } from '../day/console-api';

/** What a story of Match is played on. */
export interface MatchRig {
  readonly stack: LocalStack;
  file(): StackFile;
  publish(messages: readonly OutgoingMessage[]): Promise<void>;
}

/** All that Match's API answers. */
export interface Said {
  readonly state: string;
  readonly done: number;
  readonly failed?: string;
  readonly appliedAt: string | null;
  readonly counts: object;
  readonly items: readonly { readonly id: string; readonly why: string; readonly candidates: readonly object[] }[];
  readonly changed: number;
  readonly undoToken: string;
}

/** A company of its own on the running stack, and the books of one of the emulator's. */
export class MatchCompany {
  private token = '';

  constructor(
    private readonly rig: MatchRig,
    readonly tenant: string,
    private readonly books: string,
  ) {}

  /** Makes and connects it; then its customers can be matched. */
  async connect(company: object): Promise<void> {
    ({ token: this.token } = await this.call<{ token: string }>('PUT', '', company, this.rig.file().operatorToken));
    await this.admin('POST', '/next-company', {});
    const { authorizeUrl } = await this.call<{ authorizeUrl: string }>('POST', '/connection/start', {});
    await (await fetch(authorizeUrl)).arrayBuffer();
    await this.isThere('none', 'books that the customers service knows');
  }

  ask(method: string, path: string, body?: object): Promise<Said> {
    return this.call<Said>(method, `/matches${path}`, body);
  }

  /** Waits until Match of customers is there. */
  isThere(state: string, what: string, timeoutMs = 60_000): Promise<Said> {
    return until(
      async () => {
        const said = await this.ask('GET', '/state?kind=customers');
        if (said.failed !== undefined) throw new Error(`${what}: ended early, ${said.failed}`);
        return said.state === state ? said : undefined;
      },
      { what, timeoutMs, everyMs: 200 },
    );
  }

  async admin<Answer>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Answer> {
    const headers = { 'content-type': 'application/json' };
    const given = body === undefined ? {} : { headers, body: JSON.stringify({ company: this.books, ...body }) };
    const response = await fetch(`${this.rig.file().sandbox.adminUrl}${path}`, { method, ...given });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  /** A person makes or changes a customer in its books; QuickBooks' id. */
  async write(body: object): Promise<string> {
    const answer = await this.admin<{ Customer: { Id: string } }>('POST', '/write', { entity: 'Customer', body });
    return answer.Customer.Id;
  }

  /** Customers ever written to its books, by people and by us. */
  async customersWritten(): Promise<number> {
    const path = `/journal?company=${this.books}&entity=Customer`;
    return (await this.admin<{ writes: object[] }>('GET', path)).writes.length;
  }

  log(): Promise<LogRow[]> {
    return new ConsoleApi(this.rig.file().services['console']?.url ?? '', this.token).log(this.tenant);
  }

  created(id: string, name: string, more: object = {}): OutgoingMessage {
    const data = { ...aCustomer(id, name), ...more };
    return runACallEvent({ tenant: this.tenant, kind: 'customer.created', data });
  }

  private async call<Answer>(method: string, path: string, body?: object, bearer = this.token): Promise<Answer> {
    const { url } = this.rig.file().services['console'] ?? {};
    const response = await fetch(`${url}/api/v1/companies/${this.tenant}${path}`, {
      method,
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }
}
