import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import { AdminProblem, companyIn, toPlain, type AdminBody } from './admin-call';
import { ENTITY_NAMES } from './company';
import { WEBHOOK_OPERATIONS } from './webhook-events';
import { DEFAULT_WEBHOOKS, WEBHOOK_SHAPES, type WebhookSettings } from './webhooks';
import type { World } from './world';

/** Changes where and how webhooks go. */
export function changeWebhooks({ webhooks }: World, body: AdminBody): unknown {
  const wanted = toPlain(body as ExactObject) as Partial<WebhookSettings>;
  const unknown = Object.keys(wanted).filter((key) => !(key in DEFAULT_WEBHOOKS));
  if (unknown.length > 0) throw new AdminProblem(400, `no such setting: ${unknown.join(', ')}`);
  if (wanted.shape !== undefined && !WEBHOOK_SHAPES.includes(wanted.shape))
    throw new AdminProblem(400, `shape: one of ${WEBHOOK_SHAPES.join(', ')}`);
  Object.assign(webhooks.settings, wanted);
  return webhooks.status();
}

/** Tells an event of its own, whether or not anything changed. */
export function tellEvent({ emulator, webhooks }: World, body: AdminBody): unknown {
  const company = companyIn(emulator, body);
  const entity = ENTITY_NAMES.find((name) => name === body['entity']);
  const operation = WEBHOOK_OPERATIONS.find((name) => name === body['operation']);
  if (entity === undefined) throw new AdminProblem(400, `entity: one of ${ENTITY_NAMES.join(', ')}`);
  if (operation === undefined) throw new AdminProblem(400, `operation: one of ${WEBHOOK_OPERATIONS.join(', ')}`);
  const deletedId = typeof body['deletedId'] === 'string' ? { deletedId: body['deletedId'] } : {};
  const { realmId } = company.profile;
  webhooks.notify([
    { realm: realmId, entity, id: String(body['id'] ?? ''), operation, at: emulator.now(), ...deletedId },
  ]);
  return webhooks.status();
}
