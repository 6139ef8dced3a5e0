import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { printExact } from '@qbo-sync/contracts/exact-json';
import type { Company } from './company';
import { answer, type ApiAnswer } from './company-api';
import { disturb } from './disturbing';
import type { Passing } from './disturbances';
import type { Emulator } from './emulator';
import { wantedRefusal } from './fault-on-demand';
import { UNAUTHENTICATED, WRONG_COMPANY, type GatewayFault } from './gateway-fault';
import { readBody, sendJson } from './http-messages';
import { answerTime } from './pacific-time';
import { faultBody, Refusal } from './refusal';
import { subjectsOf, type Subject } from './subjects';
import { sendGatewayFault, sendQuotaUsedUp, sendThrottled } from './throttle-answer';
import type { World } from './world';
import { keepFirstError } from './write-once';

/**
 * A request to a company's books:
 *
 *   jitter ─ bearer ─ realm ─ limits ─ quota ─ disturbance ─ Accept ─ latency ─ the accounting service
 */
export async function serveCompany(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  realm: string,
  path: string,
): Promise<void> {
  const { emulator, disturbances, traffic } = world;
  const body = await readBody(request);
  await pause(emulator.settings.jitterMs);
  const startedAt = emulator.now();
  const allowed = admit(emulator, request, realm);
  if ('fault' in allowed) return sendGatewayFault(response, allowed.fault, emulator.now());
  const { company } = allowed;
  const method = request.method ?? 'GET';
  const isWrite = method === 'POST' && path !== 'query';
  const isBatch = isWrite && path === 'batch';
  const subjects = isWrite ? subjectsOf(path, body) : [];
  const writes = subjects.filter(({ entity }) => entity !== 'Query').map(({ subject }) => subject);
  const leave = traffic.enter(realm, { subjects: writes, isBatch }, emulator.settings.limits);
  if (typeof leave === 'string') return sendThrottled(response, emulator);
  try {
    const reads = metered(isWrite, subjects);
    if (reads > 0 && traffic.quotaUsedUp(realm, emulator.settings.readsPerMonth))
      return sendQuotaUsedUp(response, emulator);
    const passing = {
      realm,
      companyKey: company.profile.key,
      method,
      entities: isBatch ? ['batch', ...subjects.map(({ entity }) => entity)] : [path.split('/')[0] ?? ''],
      content: () => `${url.pathname}${url.search} ${body.toString('utf8')}`,
    };
    const disturbance = disturbances.hit(passing);
    const perform = (stopAfter?: number): ApiAnswer =>
      answer(emulator, company, {
        method,
        path,
        query: url.searchParams,
        contentType: request.headers['content-type'] ?? '',
        body,
        actor: 'api',
        startedAt,
        subjects,
        others: (subject) => traffic.others(realm, subject),
        disturbedItem: (entity, item) => disturbedItem(world, { ...passing, entities: [entity], content: () => item }),
        ...(stopAfter === undefined ? {} : { stopAfter }),
      });
    const refused = (refusal: ApiAnswer): void => {
      if (isWrite) keepFirstError(emulator, company, url.searchParams, refusal);
    };
    const { from, to } = emulator.settings.latencyMs;
    await pause({ from: from / 2, to: to / 2 });
    if (disturbance !== undefined && (await disturb(disturbance, world, request, response, perform, refused))) return;
    if (!(request.headers.accept ?? '').includes('application/json'))
      return sendJson(response, 400, xmlOnly(emulator.now()));
    const outcome = perform();
    if (outcome.status === 200 && reads > 0) traffic.countReads(realm, reads);
    await pause({ from: from / 2, to: to / 2 });
    sendJson(response, outcome.status, outcome.body);
  } finally {
    leave();
  }
}

/** How many reads Intuit meters for a request: of a batch, which is not documented, each query (quickbooks.md §3.2). */
function metered(isWrite: boolean, subjects: readonly Subject[]): number {
  return isWrite ? subjects.filter(({ entity }) => entity === 'Query').length : 1;
}

function disturbedItem({ disturbances }: World, passing: Passing): Refusal | undefined {
  const wanted = disturbances.hitItem(passing);
  return wanted === undefined ? undefined : wantedRefusal(wanted);
}

function admit(
  emulator: Emulator,
  request: IncomingMessage,
  realm: string,
): { company: Company } | { fault: GatewayFault } {
  const bearer = /^Bearer (.*)$/i.exec(request.headers.authorization ?? '')?.[1];
  const checked = emulator.oauth.check(bearer);
  if ('problem' in checked) return { fault: UNAUTHENTICATED(checked.problem) };
  const company = emulator.companies.get(realm);
  return company === undefined || checked.realm !== realm ? { fault: WRONG_COMPANY } : { company };
}

/** Without `Accept: application/json` QuickBooks answers XML, which this emulator does not speak (quickbooks.md §1.3). */
function xmlOnly(nowMs: number): string {
  const detail = 'Ask for application/json in Accept: the default is XML, which this emulator does not write.';
  return printExact(faultBody(new Refusal([{ code: '1050', detail, element: 'Accept' }]), answerTime(nowMs)));
}

async function pause({ from, to }: { from: number; to: number }): Promise<void> {
  if (to > 0) await sleep(from + Math.random() * (to - from));
}
