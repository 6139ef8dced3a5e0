import type { ExpectedInvoice } from '@qbo-sync/contracts/internal/expected';
import { equalByValue } from '@qbo-sync/money/decimal';
import type { CandidateDto } from './verify.dto';

/** Invoices to verify with, best first: taxed, paid, of several accounts; those that show the same, in the order given. */
export function candidatesOf(invoices: readonly ExpectedInvoice[]): CandidateDto[] {
  return invoices
    .filter(({ voided, tax }) => !voided && !equalByValue(tax.total, '0'))
    .map(candidateOf)
    .map((candidate, index) => ({ candidate, index }))
    .sort((a, b) => worth(b.candidate) - worth(a.candidate) || a.index - b.index)
    .map(({ candidate }) => candidate);
}

function candidateOf({ id, number, currency, issuedOn, balance, lines, tax }: ExpectedInvoice): CandidateDto {
  return {
    id,
    number,
    total: { amount: tax.total, currency },
    issuedOn,
    taxed: !equalByValue(tax.taxTotal, '0'),
    paid: equalByValue(balance, '0'),
    accounts: new Set(lines.map(({ account }) => account?.id ?? '')).size,
  };
}

/** Tax says most, then a payment, then how many accounts its lines go to. */
const worth = ({ taxed, paid, accounts }: CandidateDto): number =>
  (taxed ? 8 : 0) + (paid ? 4 : 0) + Math.min(accounts, 3);
