import { randomUUID } from 'node:crypto';
import { messageKey } from '@qbo-sync/contracts/keys';
import type { SyncCommand } from '@qbo-sync/contracts/sync/command';
import { TOPICS } from '@qbo-sync/contracts/topics';
import type { PersonalChoice } from '@qbo-sync/sandbox/runacall/company-day';
import type { RunACall } from './publish-day';
import { DayStopped } from './stopped';
import type { ConnectedCompany, World } from './world';

const BY = 'bookkeeper of the day';

/** What a company's people choose for records that wait for them, each by the command that the console sends. */
export async function makeChoices(
  world: World,
  runACall: Pick<RunACall, 'send'>,
  one: ConnectedCompany,
  choices: readonly Pick<PersonalChoice, 'ref' | 'choice'>[],
): Promise<void> {
  const { id: tenant } = one.company;
  for (const { ref, choice } of choices) {
    const command: SyncCommand = {
      ...{ commandId: randomUUID(), kind: 'resolve', tenant, ref, choice: await asSent(one, choice), by: BY },
      at: new Date().toISOString(),
    };
    const key = messageKey(tenant, ref);
    await runACall.send([{ topic: TOPICS.commands.name, key, value: JSON.stringify(command) }]);
    world.progress.step(`${tenant}: a person chose ${choice} for ${ref}`);
  }
}

/** A rate's code goes by its id in QuickBooks. */
async function asSent({ company: { id }, api }: ConnectedCompany, choice: string): Promise<string> {
  const [, wanted] = /^code (.+)$/.exec(choice) ?? [];
  if (wanted === undefined) return choice;
  const { values } = await api.settings(id);
  const rate = values['tax.rates'].find(({ rateId }) => rateId === wanted);
  if (rate?.code === undefined) throw new DayStopped(`The rate "${wanted}" of ${id} has no code in its settings.`);
  return `code ${rate.code.id}`;
}
