/**
 * The names by which a real or another test world is plugged in: whatever of these is set reaches every part; what is
 * not set gets the local stack's own value.
 */
const PASSED_THROUGH = [
  'QBO_API_URL',
  'INTUIT_AUTHORIZE_URL',
  'INTUIT_TOKEN_URL',
  'INTUIT_REVOKE_URL',
  'INTUIT_CLIENT_ID',
  'INTUIT_CLIENT_SECRET',
  'INTUIT_REDIRECT_URI',
  'INTUIT_WEBHOOK_VERIFIER_TOKEN',
  'STRIPE_API_URL',
  'STRIPE_SECRET_KEY',
  'STRIPE_WEBHOOK_SECRET',
  'TOKEN_KEYS_FILE',
  'QBO_UNSURE_WAIT_MS',
  'QBO_ANSWER_WITHIN_MS',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'LOG_LEVEL',
] as const;

export function passedThrough(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    PASSED_THROUGH.flatMap((name) => (env[name] === undefined || env[name] === '' ? [] : [[name, env[name]]])),
  );
}
