import { Controller, Get, Inject, Module } from '@nestjs/common';
import { BaseConfig } from './config';
import { start, type Running } from './boot';
import { Health } from './health';
import { CONFIG } from './tokens';

const env = {
  KAFKA_BROKERS: '127.0.0.1:1',
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
  LOG_LEVEL: 'silent',
};

@Controller()
class PortController {
  constructor(@Inject(CONFIG) private readonly config: BaseConfig) {}

  @Get('asked')
  asked(): { port: number } {
    return { port: this.config.PORT };
  }

  @Get('fails')
  fails(): never {
    throw new Error('Zoë Canary');
  }
}

@Module({ controllers: [PortController] })
class PortModule {}

describe('a booted service', () => {
  let running: Running;
  let healthy = true;
  beforeAll(async () => {
    running = await start({ name: 'probe', config: BaseConfig, module: () => PortModule }, env);
    running.app.get(Health).add('probe', () => ({ ok: healthy }));
  });
  afterAll(() => running.close());

  it('answers on the port it was given, with its own controllers', async () => {
    expect(running.port).toBeGreaterThan(0);
    expect(await (await fetch(`${running.url}/asked`)).json()).toEqual({ port: 0 });
  });

  it('says that it lives and whether it is ready', async () => {
    expect((await fetch(`${running.url}/health/live`)).status).toBe(200);
    expect((await fetch(`${running.url}/health/ready`)).status).toBe(200);
    healthy = false;
    const response = await fetch(`${running.url}/health/ready`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ ready: false, checks: { probe: { ok: false } } });
    healthy = true;
  });

  it('shows its metrics with its name', async () => {
    const text = await (await fetch(`${running.url}/metrics`)).text();
    expect(text).toContain('process_cpu_user_seconds_total{service="probe"}');
  });

  it('answers a fault without its message', async () => {
    const response = await fetch(`${running.url}/fails`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('Canary');
  });
});

it('does not start on wrong settings', async () => {
  const starting = start(
    { name: 'probe', config: BaseConfig, module: () => PortModule },
    { ...env, PORT: 'x', KAFKA_BROKERS: '' },
  );
  await expect(starting).rejects.toMatchObject({
    name: 'ConfigError',
    sentences: expect.arrayContaining([expect.stringContaining('KAFKA_BROKERS is missing')]),
  });
});
