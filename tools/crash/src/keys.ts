import { US_AUTO } from '@qbo-sync/sandbox/quickbooks/seeds/us-auto';
import { until } from '@qbo-sync/testkit/until';
import type { Case } from './case';
import { ended, endedBefore } from './dying';
import { nothingLostNothingTwice, type Violations } from './oracle';
import { customerPut, type To } from './requests';
import type { World } from './world';

/** Three companies: one sealed anew, one being so, one not yet. */
export const THREE_COMPANIES = [1, 2, 3].map((n) => ({
  ...US_AUTO,
  profile: { ...US_AUTO.profile, key: `company-${n}`, realmId: `934145390821773${n}` },
}));

const sealedBy = (key: string): string => `company where split_part(realm_sealed, '.', 2) = '${key}'`;

/**
 * K18: another key is current, and the process ends with one company sealed by it and the others by the old one. On the
 * retry it does so twice. What both keys sealed is read, the rest is sealed anew, and the old key is not needed any more.
 */
export async function keys(world: World, { point, again, signal }: Case, is: Violations): Promise<boolean> {
  const first = world.gateway();
  await first.ready();
  world.listen();
  const companies: To[] = [];
  for (const { profile } of THREE_COMPANIES) {
    companies.push(await world.connect(first, `${world.tenant}-${companies.length + 1}`, profile.key));
  }
  await first.stop();
  world.keys('k2');
  const crash = { point, nth: 1, about: '' };
  if (again && !(await endedBefore(world, world.gateway({ ...crash, signal: 'SIGKILL' }), is))) return false;
  if (!(await ended(world, world.gateway({ ...crash, signal }), signal, is, 'start'))) return false;
  const done = await world.count(sealedBy('k2'));
  if (signal === 'SIGKILL') is.hold(done === (again ? 2 : 1), `${done} companies were sealed anew`);

  const both = world.gateway();
  await both.ready();
  const refs = await write(world, companies, 'a');
  await until(async () => (await world.count(sealedBy('k2'))) === companies.length, {
    timeoutMs: 60_000,
    what: 'every company to be sealed anew',
  });
  await both.stop();
  world.keys('k2', ['k1']);
  const last = world.gateway();
  await last.ready();
  refs.push(...(await write(world, companies, 'b')));
  await nothingLostNothingTwice(world, refs, is);
  await last.stop();
  return true;
}

/** One customer into each company; their refs, once settled. */
async function write(world: World, companies: readonly To[], word: string): Promise<string[]> {
  const ids = companies.map((_, at) => `${word}${at + 1}`);
  await world.request(...companies.map((to, at) => customerPut(to, ids[at] ?? '')));
  const refs = ids.map((id) => `customer:${id}`);
  await world.settled(refs);
  return refs;
}
