import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { ExpectedLine } from '@qbo-sync/contracts/internal/expected';
import { type Decimal, formatAmount, parseDecimal, sum, ZERO } from '@qbo-sync/money/decimal';
import { listIn, textAt } from '../quickbooks/record-fields';
import { type Check, checkOf, type Compared, type Expectation, type Finding } from './check';

/** What a rounding line may hold (postings.md §1.4): the tax check shows it. */
const PENNIES = parseDecimal('0.05');

/** Every line posted to the account that its item or category maps to, by the settings in force (postings.md §13). */
export function incomeCheck({ invoice, items }: Expectation, finding: Finding): Check {
  const posted = listIn(finding.invoice, 'Line').flatMap((line) => postedLine(line, finding));
  const own = invoice.lines.map((line, index) => comparedLine(meant(line, items), index, posted[index], finding));
  const rest = posted.slice(invoice.lines.length);
  return checkOf('income', [...own, ...comparedExtras(invoice.extras, rest, finding)]);
}

interface PostedLine {
  readonly accountId: string | undefined;
  readonly amount: string;
}

/** A line's account is its `ItemAccountRef`; where QuickBooks leaves it out, its item's. */
function postedLine(line: TextObject, { itemAccounts }: Finding): PostedLine[] {
  const amount = textAt(line, 'Amount') ?? '0';
  switch (textAt(line, 'DetailType')) {
    case 'SalesItemLineDetail': {
      const item = textAt(line, 'SalesItemLineDetail.ItemRef.value') ?? '';
      const accountId = textAt(line, 'SalesItemLineDetail.ItemAccountRef.value') ?? itemAccounts.get(item);
      return [{ accountId, amount }];
    }
    case 'DiscountLineDetail':
      return [
        {
          accountId: textAt(line, 'DiscountLineDetail.DiscountAccountRef.value'),
          amount: formatAmount(parseDecimal(amount).negated()),
        },
      ];
    default:
      return [];
  }
}

function meant(line: ExpectedLine, items: Expectation['items']): ExpectedLine {
  const item = line.itemId === undefined ? undefined : items.get(line.itemId);
  return item === undefined ? line : { ...line, account: item.account, setting: item.setting };
}

function comparedLine(
  { name, amount, account, setting }: ExpectedLine,
  index: number,
  posted: PostedLine | undefined,
  finding: Finding,
): Compared {
  const place = `line ${index + 1} (${name})`;
  const expected = `${place}: ${account?.name ?? 'no account chosen'}`;
  if (posted === undefined) return { found: `${place}: not there`, expected, right: false, setting };
  const isAmount = parseDecimal(posted.amount).equals(parseDecimal(amount));
  const accountShown = posted.accountId === undefined ? 'no account' : finding.accountName(posted.accountId);
  return {
    found: `${place}: ${accountShown}${isAmount ? '' : `, ${posted.amount}`}`,
    expected: `${expected}${isAmount ? '' : `, ${amount}`}`,
    right: isAmount && account !== null && posted.accountId === account.id,
    setting,
  };
}

/** Discount and tip, by account: QuickBooks may have them in several lines. */
function comparedExtras(extras: readonly ExpectedLine[], rest: readonly PostedLine[], finding: Finding): Compared[] {
  const byAccount = new Map<string, Decimal>();
  for (const { accountId = '', amount } of rest) {
    byAccount.set(accountId, (byAccount.get(accountId) ?? ZERO).plus(parseDecimal(amount)));
  }
  const wanted = new Map<string, ExpectedLine[]>();
  for (const extra of extras) {
    const id = extra.account?.id ?? '';
    wanted.set(id, [...(wanted.get(id) ?? []), extra]);
  }
  const compared = [...wanted].map(([id, lines]): Compared => {
    const amount = sum(lines.map((line) => parseDecimal(line.amount)));
    const found = byAccount.get(id) ?? ZERO;
    byAccount.delete(id);
    const names = lines.map(({ name }) => name).join(', ');
    const [first] = lines;
    return {
      found: `${names}: ${formatAmount(found)} on ${first?.account?.name ?? 'no account'}`,
      expected: `${names}: ${formatAmount(amount)} on ${first?.account?.name ?? 'no account chosen'}`,
      right: id !== '' && found.equals(amount),
      setting: first?.setting ?? null,
    };
  });
  const strange = [...byAccount].filter(([, amount]) => amount.abs().gt(PENNIES));
  return [
    ...compared,
    ...strange.map(([id, amount]): Compared => ({
      found: `${formatAmount(amount)} on ${id === '' ? 'no account' : finding.accountName(id)}`,
      expected: 'no such line',
      right: false,
      setting: extras[0]?.setting ?? null,
    })),
  ];
}
