import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { messageKey } from '@qbo-sync/contracts/keys';
import type { SyncCommand } from '@qbo-sync/contracts/sync/command';
import { TOPICS } from '@qbo-sync/contracts/topics';
import type { Producer } from '@qbo-sync/kafka/producer';
import type { Log } from '@qbo-sync/service/log';
import { LOG } from '@qbo-sync/service/tokens';
import { Problem } from '../http/problem';
import { PRODUCER } from '../tokens';

/** A person's word about one record. */
export type PersonsCommand = Pick<SyncCommand, 'kind' | 'revision' | 'choice'> & {
  readonly tenant: string;
  readonly ref: string;
  readonly by: string;
};

/** Sends what a person wants to the service that owns the record; what came of it is activity. */
@Injectable()
export class CommandDesk {
  constructor(
    @Inject(PRODUCER) private readonly producer: Producer,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** The command's id, once the brokers have it. Throws {@link Problem} `not_taken` while they take nothing. */
  async send({ tenant, ...said }: PersonsCommand): Promise<string> {
    const command: SyncCommand = { commandId: randomUUID(), tenant, at: new Date().toISOString(), ...said };
    const message = {
      topic: TOPICS.commands.name,
      key: messageKey(tenant, said.ref),
      value: JSON.stringify(command),
    };
    try {
      await this.producer.send([message]);
    } catch (err) {
      this.log.warn({ err, commandId: command.commandId }, 'could not send a command');
      throw new Problem('not_taken');
    }
    return command.commandId;
  }
}
