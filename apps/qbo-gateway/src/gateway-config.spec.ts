import { ConfigError, readConfig } from '@qbo-sync/service/config';
import { GatewayConfig, refuseStrangers } from './gateway-config';

const INTUIT = {
  KAFKA_BROKERS: 'kafka:9092',
  DATABASE_URL: 'postgres://gateway@db/gateway',
  OPERATOR_TOKEN: 'an-operator-token-of-some-length',
  QBO_API_URL: 'https://quickbooks.api.intuit.com',
  INTUIT_AUTHORIZE_URL: 'https://appcenter.intuit.com/connect/oauth2',
  INTUIT_TOKEN_URL: 'https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer',
  INTUIT_REVOKE_URL: 'https://developer.api.intuit.com/v2/oauth2/tokens/revoke',
  INTUIT_CLIENT_ID: 'id',
  INTUIT_CLIENT_SECRET: 'secret',
  INTUIT_REDIRECT_URI: 'https://sync.example.com/oauth/callback',
  TOKEN_KEYS_FILE: '/run/secrets/keys.json',
  NODE_ENV: 'production',
};
const refuse = (change: object): void => refuseStrangers(readConfig(GatewayConfig, { ...INTUIT, ...change }));

describe('gateway settings', () => {
  it('each missing or wrong one is one sentence', () => {
    const { QBO_API_URL: _missing, ...rest } = INTUIT;
    expect(() => readConfig(GatewayConfig, { ...rest, QBO_UNSURE_WAIT_MS: '0' })).toThrow(
      'QBO_API_URL is missing: set it to a URL, https://host/path.\nQBO_UNSURE_WAIT_MS is wrong: set it to milliseconds, at least 1000: how long after a send QuickBooks may still commit it.',
    );
  });

  it('production talks to Intuit alone, over TLS', () => {
    expect(() => refuse({})).not.toThrow();
    expect(() => refuse({ QBO_API_URL: 'http://127.0.0.1:3000' })).toThrow(ConfigError);
    expect(() => refuse({ INTUIT_TOKEN_URL: 'https://intuit.com.evil.example/token' })).toThrow(
      'INTUIT_TOKEN_URL is wrong',
    );
    expect(() => refuse({ INTUIT_REVOKE_URL: 'http://developer.api.intuit.com/revoke' })).toThrow(
      'INTUIT_REVOKE_URL is wrong',
    );
  });

  it('unless a sandbox is allowed, or it is not production', () => {
    expect(() => refuse({ QBO_API_URL: 'http://127.0.0.1:3000', ALLOW_SANDBOX: '1' })).not.toThrow();
    expect(() => refuse({ QBO_API_URL: 'http://127.0.0.1:3000', NODE_ENV: 'development' })).not.toThrow();
  });
});
