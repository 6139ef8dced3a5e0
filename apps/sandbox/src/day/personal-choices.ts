import { randomUUID } from 'node:crypto';
import { messageKey } from '@qbo-sync/contracts/keys';
import type { SyncCommand } from '@qbo-sync/contracts/sync/command';
import { TOPICS } from '@qbo-sync/contracts/topics';
import type { PersonalChoice } from '@qbo-sync/sandbox/runacall/company-day';
import type { RunACall } from './publish-day';
import type { World } from './world';

const BY = 'bookkeeper of the day';

/** What the companies' people choose for records that wait for them, each by the command that the console sends. */
export async function makeChoices(
  world: World,
  runACall: Pick<RunACall, 'send'>,
  choices: Readonly<Record<string, readonly PersonalChoice[]>>,
): Promise<number> {
  const commands = Object.entries(choices).flatMap(([tenant, own]) =>
    own.map(({ ref, choice }): Partial<SyncCommand> & { tenant: string; ref: string } => ({
      ...{ commandId: randomUUID(), kind: 'resolve', tenant, ref, choice, by: BY },
      at: new Date().toISOString(),
    })),
  );
  await runACall.send(
    commands.map((command) => ({
      topic: TOPICS.commands.name,
      key: messageKey(command.tenant, command.ref),
      value: JSON.stringify(command),
    })),
  );
  for (const { tenant, ref, choice } of commands) world.progress.step(`${tenant}: a person chose ${choice} for ${ref}`);
  return commands.length;
}
