import { money } from '@qbo-sync/sandbox/books/cents';
import type { BooksChoices } from '@qbo-sync/sandbox/books/choices';
import { readDeposits } from '@qbo-sync/sandbox/books/read-deposits';
import { queryAll } from '@qbo-sync/sandbox/books/read-books';
import type { Statement } from '@qbo-sync/sandbox/stripe/statement';
import { booksReader } from './compare-day';
import { DayStopped } from './stopped';
import type { ConnectedCompany, World } from './world';

interface HandEntry {
  readonly one: Pick<ConnectedCompany, 'company'> & { readonly choices: BooksChoices };
  readonly statement: Statement;
  readonly payoutId: string;
}

/**
 * A person enters a payout in QuickBooks' own pages, as one deposit less its fees; what stands there already stays. Gives
 * its id there; undefined: there is no QuickBooks whose pages could be used.
 */
export async function enterByHand(world: World, { one, statement, payoutId }: HandEntry): Promise<string | undefined> {
  const { company, choices } = one;
  const { SANDBOX_ADMIN_URL } = world.config;
  const payout = statement.payouts.find(({ id }) => id === payoutId);
  if (SANDBOX_ADMIN_URL === undefined || payout === undefined || choices.payouts === undefined) return undefined;
  const stored = await queryAll(booksReader(world, company.id), 'Deposit');
  const found = stored.find((deposit) => readDeposits([deposit]).some(({ marker }) => marker === payoutId));
  if (typeof found?.['Id'] === 'string') return found['Id'];
  const moves = statement.moves.filter((move) => move.payout === payoutId && move.source !== payoutId);
  const line = (amount: number, account: string): object => ({
    Amount: Number(money(BigInt(amount))),
    DetailType: 'DepositLineDetail',
    DepositLineDetail: { AccountRef: { value: account } },
  });
  const total = (of: 'amount' | 'fee'): number => moves.reduce((all, move) => all + move[of], 0);
  const body = {
    DepositToAccountRef: { value: choices.payouts.bank.id },
    TxnDate: payout.arrivesOn,
    PrivateNote: `Stripe payout ${payoutId}`,
    ...(company.country === 'US' ? {} : { GlobalTaxCalculation: 'NotApplicable' }),
    Line: [line(total('amount'), choices.clearing.id), line(-total('fee'), choices.payouts.fees.id)],
  };
  const answer = await fetch(`${SANDBOX_ADMIN_URL}/write`, {
    method: 'POST',
    body: JSON.stringify({ company: company.id, entity: 'Deposit', body }),
  });
  const text = await answer.text();
  if (!answer.ok)
    throw new DayStopped(`The deposit of ${payoutId} could not be entered by hand: ${text.slice(0, 300)}`);
  world.progress.step(`${company.id}: a person entered payout ${payoutId} in QuickBooks by hand`);
  return (JSON.parse(text) as { Deposit: { Id: string } }).Deposit.Id;
}
