import { type Decimal, ZERO, sum } from './exact';

/** One line in the books: a debit when positive, a credit when negative; `customer` on receivables. */
export interface Posting {
  account: string;
  amount: Decimal;
  customer?: string;
}

/**
 * Double entry: each document owns its postings, and posting it again replaces them. A document whose debits and credits
 * differ is a bug of the emulator and throws.
 */
export class Ledger {
  private readonly documents = new Map<string, readonly Posting[]>();
  private readonly accounts = new Map<string, Decimal>();
  private readonly receivables = new Map<string, Decimal>();
  /** Of every posting so far: what the accounts' sum must be, without adding them up at each write. */
  private total: Decimal = ZERO;

  post(document: string, postings: readonly Posting[]): void {
    assertBalanced(document, postings);
    this.add(this.documents.get(document) ?? [], -1);
    this.add(postings, 1);
    this.documents.set(document, postings);
    if (!this.total.isZero())
      throw new Error(`the books are out of balance by ${this.total.toFixed()} after ${document}`);
  }

  /** Debits less credits of one account. */
  balance(account: string): Decimal {
    return this.accounts.get(account) ?? ZERO;
  }

  /** What a customer owes: their postings on receivables. */
  receivable(customer: string): Decimal {
    return this.receivables.get(customer) ?? ZERO;
  }

  /** Debits less credits of the whole book: always zero. */
  trialBalance(): Decimal {
    return sum(this.accounts.values());
  }

  postingsOf(document: string): readonly Posting[] {
    return this.documents.get(document) ?? [];
  }

  /** Every document that was ever posted. */
  documentIds(): Iterable<string> {
    return this.documents.keys();
  }

  private add(postings: readonly Posting[], sign: 1 | -1): void {
    for (const posting of postings) {
      const signed = posting.amount.times(sign);
      this.total = this.total.plus(signed);
      this.accounts.set(posting.account, this.balance(posting.account).plus(signed));
      if (posting.customer !== undefined) {
        this.receivables.set(posting.customer, this.receivable(posting.customer).plus(signed));
      }
    }
  }
}

function assertBalanced(document: string, postings: readonly Posting[]): void {
  const rest = sum(postings.map((posting) => posting.amount));
  if (!rest.isZero()) throw new Error(`${document} does not balance: ${rest.toFixed()}`);
}
