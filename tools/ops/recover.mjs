// After Postgres was restored: shows how far the gateway is in making up for what the backup does not know, until it sends again:
//   OPERATOR_TOKEN=… node tools/ops/recover.mjs [--gateway http://127.0.0.1:3005]
// A gateway finds out by itself that its database went back. Where it cannot (Kafka was lost too, or its group's positions):
//   OPERATOR_TOKEN=… node tools/ops/recover.mjs --restored-to 2026-11-20T06:00:00Z --by pat
// See docs/runbooks/recover.md. Writes to no database and to no topic.
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const LOOK_MS = 1_000;

const { values } = parseArgs({
  options: { gateway: { type: 'string' }, 'restored-to': { type: 'string' }, by: { type: 'string' } },
});
const stack = existsSync('.local/stack.json') ? JSON.parse(readFileSync('.local/stack.json', 'utf8')) : undefined;
const gateway = values.gateway ?? stack?.services.gateway.url;
const token = process.env.OPERATOR_TOKEN ?? stack?.operatorToken;
const restoredTo = values['restored-to'];
if (!gateway || !token || (restoredTo !== undefined && !values.by)) {
  console.error('--gateway and OPERATOR_TOKEN are needed, and --by with --restored-to; see the head of this file');
  process.exit(2);
}

async function call(method, body) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${gateway}/internal/recovery`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.detail ?? `the gateway answered ${answer.status}`);
  return json;
}

if (restoredTo !== undefined) await call('POST', { restoredTo, by: values.by });
for (let before = ''; ; await new Promise((resolve) => setTimeout(resolve, LOOK_MS))) {
  const { recovery, suspects } = await call('GET');
  const left = `${suspects} to be looked for in QuickBooks before they are sent`;
  const line =
    recovery === null
      ? `sending; ${left}`
      : `restored to ${recovery.restoredTo}, found at ${recovery.foundAt}; ` +
        `${recovery.isReread ? 'the requests are read again; waiting for what was under way' : 'reading the requests again'}; ${left}`;
  if (line !== before) console.log(line);
  before = line;
  if (recovery === null) break;
}
