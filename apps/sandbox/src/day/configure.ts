import type { Choice, RateMapping, SettingValues } from '@qbo-sync/contracts/sync/settings';
import type { BooksChoices } from '@qbo-sync/sandbox/books/choices';
import { EQUIPMENT_CATEGORY, type PlayedCompany, type PlayedRate } from '@qbo-sync/sandbox/runacall/companies';
import type { Phase } from '@qbo-sync/sandbox/runacall/journal';
import { type TaxCodeAnswer, TO_CLASSIFY } from './console-api';
import { accountsOf } from './role-accounts';
import { DayStopped, until } from './stopped';
import type { ConnectedCompany, World } from './world';

const WITHIN_MS = 60_000;
const UNDEPOSITED = /^undeposited funds$/i;
/** The company whose Stripe payments wait in QuickBooks' own Undeposited Funds. */
const FROM_UNDEPOSITED = 'uk-vat';
/** An asset account that one company has. */
const DISPUTED = 'Disputed payments';
/** Roles that every company has an account of. */
const ALWAYS_NEEDED = [
  'service-revenue',
  'equipment-sales',
  'memberships',
  'discounts',
  'tips',
  'stripe-fees',
] as const;
/** Made when first met, they are nobody's choice for a rate. */
const TO_CLASSIFY_NAME = /^to classify\b/i;
/** Codes that are of no rate at all come before those of zero per cent. */
const UNTAXED_NAMES = [/^no vat$/i, /^exempt/i, /^out of scope/i, /zero|0\.0/i];

/**
 * Chooses the company's settings as its bookkeeper would, from what QuickBooks lists, and saves them. Its tax rates must
 * have been published before: they are mapped once tax has proposed them. Ends with a sentence where a tax code is
 * missing. Gives what the model of the books must know.
 */
export async function configure(world: World, one: ConnectedCompany, phase: Phase): Promise<BooksChoices> {
  const { company, api } = one;
  const outside = company.country !== 'US';
  const waiting = await disputedOf(one);
  const account = await accountsOf(one, [
    ...ALWAYS_NEEDED,
    ...(company.id === FROM_UNDEPOSITED ? [] : (['stripe-clearing'] as const)),
    ...(waiting === undefined ? (['stripe-disputes'] as const) : []),
    ...(outside ? (['costs'] as const) : []),
  ]);
  const income = account('service-revenue');
  const equipment = account('equipment-sales');
  const memberships = account('memberships');
  const discounts = account('discounts');
  const tips = account('tips');
  const undeposited = await undepositedOf(one);
  const clearing = company.id === FROM_UNDEPOSITED ? undeposited : account('stripe-clearing');
  const fees = account('stripe-fees');
  const disputes = waiting ?? account('stripe-disputes');
  const bank = await bankOf(one);
  const codes = await api.taxCodes(company.id);
  const rates = await mapRates(one, codes);
  await api.save(company.id, {
    'items.defaultIncomeAccount': income.id,
    'items.categoryAccounts': [
      { categoryId: EQUIPMENT_CATEGORY.id, name: EQUIPMENT_CATEGORY.name, account: equipment.id },
    ],
    'invoices.membershipAccount': memberships.id,
    'invoices.discountsAccount': discounts.id,
    'invoices.tipsAccount': tips.id,
    'payments.clearingAccount': clearing.id,
    'payments.undepositedAccount': undeposited.id,
    'payments.refundAccount': bank.id,
    'payments.payoutAccount': bank.id,
    'payments.feeAccount': fees.id,
    'payments.disputeAccount': disputes.id,
    'tax.rates': rates,
    'invoices.when': timing(company, phase),
    'invoices.numbering': company.numbers,
    ...(outside ? { 'items.costAccount': account('costs').id, 'tax.untaxedCode': untaxedCode(one, codes).id } : {}),
  });
  if (company.tax === 'by code' && Object.keys(rates).length < company.rates.length) await classifyTheRest(one);
  await inEffect(one);
  world.progress.step(
    `${company.id}: income ${income.name}, equipment ${equipment.name}, memberships ${memberships.name}, tips ${tips.name}, ` +
      `discounts ${discounts.name}, Stripe ${clearing.name}; ${Object.keys(rates).length} of ${company.rates.length} tax rates mapped`,
  );
  return {
    taxedBy: company.tax,
    income,
    categories: { [EQUIPMENT_CATEGORY.id]: equipment },
    memberships,
    discounts,
    tips,
    undeposited,
    clearing,
    refunds: bank,
    payouts: { bank, fees, disputes, ...(waiting === undefined ? {} : { disputesWait: true }) },
    mappedRates: Object.keys(rates),
    onPayment: company.onPayment,
    numbering: company.numbers,
    parts: Object.fromEntries(
      company.rates.map(({ id, components }) => [id, components.map(({ percentage }) => percentage)]),
    ),
  };
}

/** Rates without a code are posted under the family "To classify", made by its one call. */
async function classifyTheRest({ company: { id }, api }: ConnectedCompany): Promise<void> {
  const isDefault = async (): Promise<boolean> =>
    (await api.settings(id)).values['tax.defaultCode']?.id === TO_CLASSIFY;
  if (await isDefault()) return;
  await api.makeToClassify(id);
  await until(async () => ((await isDefault()) ? true : undefined), {
    withinMs: WITHIN_MS,
    sentence: `The tax codes "To classify" of ${id} were not made in QuickBooks within a minute.`,
  });
}

/** When a company posts its invoices in a phase of the play. */
const timing = ({ onPayment }: PlayedCompany, phase: Phase): SettingValues['invoices.when'] =>
  onPayment.includes(phase) ? 'on_payment' : 'on_send';

/** A company that changes its mind about when invoices are posted says so before the phase. */
export async function changeTiming(world: World, one: ConnectedCompany, phase: Phase): Promise<void> {
  const { company, api } = one;
  const { values } = await api.settings(company.id);
  const when = timing(company, phase);
  if (values['invoices.when'] === when) return;
  await api.save(company.id, { 'invoices.when': when });
  await inEffect(one);
  world.progress.step(
    `${company.id}: invoices first sent from now on are posted ${when === 'on_send' ? 'when sent' : 'when paid'}`,
  );
}

/** Turns sync on, knowing what is advised and not done. */
export async function turnOn(world: World, { company: { id }, api }: ConnectedCompany): Promise<void> {
  const now = await api.syncActive(id);
  if (!now.active) {
    const missing = now.needed.filter(({ ok }) => !ok).map(({ code }) => code);
    if (missing.length > 0) throw new DayStopped(`Sync of ${id} cannot be turned on yet: ${missing.join(', ')}.`);
    await api.turnSync(
      id,
      true,
      now.advised.filter(({ ok }) => !ok).map(({ code }) => code),
    );
  }
  world.progress.step(`${id}: sync is active`);
}

async function undepositedOf({ company: { id }, api }: ConnectedCompany): Promise<Choice> {
  const own = (await api.profile(id))?.undepositedAccount;
  const found = own ?? (await api.accounts(id, 'undeposited')).find(({ name }) => UNDEPOSITED.test(name));
  if (found === undefined) throw new DayStopped(`QuickBooks of ${id} lists no account "Undeposited Funds".`);
  return choiceOf(found);
}

/** An account of the company's own in which disputed money waits until somebody has decided. */
async function disputedOf({ company: { id }, api }: ConnectedCompany): Promise<Choice | undefined> {
  const found = (await api.accounts(id, 'clearing')).find(({ name }) => name === DISPUTED);
  return found === undefined ? undefined : choiceOf(found);
}

async function bankOf({ company: { id }, api }: ConnectedCompany): Promise<Choice> {
  const [bank] = await api.accounts(id, 'bank');
  if (bank === undefined) throw new DayStopped(`QuickBooks of ${id} lists no bank account.`);
  return choiceOf(bank);
}

/** Rate id → code id. Outside the US each rate must have one; where QuickBooks works out the tax itself it need not. */
async function mapRates(
  { company, api }: ConnectedCompany,
  codes: readonly TaxCodeAnswer[],
): Promise<Record<string, string>> {
  const own = codes.filter(({ name }) => !TO_CLASSIFY_NAME.test(name));
  const proposed = await until(
    async () => {
      const { values } = await api.settings(company.id);
      const known = values['tax.rates'];
      return company.rates.every(({ id }) => known.some(({ rateId }) => rateId === id)) ? known : undefined;
    },
    { withinMs: WITHIN_MS, sentence: `The tax rates of ${company.id} were not proposed within a minute.` },
  );
  const mapped: Record<string, string> = {};
  for (const rate of company.rates) {
    const code = codeFor(rate, proposed, own);
    if (code !== undefined) mapped[rate.id] = code;
    else if (company.tax === 'per line') {
      throw new DayStopped(
        `QuickBooks of ${company.id} lists no tax code of ${rate.percentage} % for "${rate.name}": make one there, then run again.`,
      );
    }
  }
  return mapped;
}

/** The proposal where there is one, else the plainest code of the same percentage. */
function codeFor(
  rate: PlayedRate,
  proposed: readonly RateMapping[],
  codes: readonly TaxCodeAnswer[],
): string | undefined {
  const proposal = proposed.find(({ rateId }) => rateId === rate.id);
  const isOwn = codes.some(({ id }) => id === proposal?.code?.id);
  if (proposal?.code !== undefined && isOwn && (proposal.state === 'suggested' || proposal.state === 'confirmed'))
    return proposal.code.id;
  const plain = /^\d+(\.\d+)?% [SRZ]$/;
  const equal = codes.filter(
    ({ percentage }) =>
      percentage !== undefined && percentage !== null && Number(percentage) === Number(rate.percentage),
  );
  return (equal.find(({ name }) => plain.test(name)) ?? equal[0])?.id;
}

function untaxedCode({ company: { id } }: ConnectedCompany, codes: readonly TaxCodeAnswer[]): Choice {
  const zero = codes.filter(
    ({ percentage }) => percentage === null || percentage === undefined || Number(percentage) === 0,
  );
  const best = UNTAXED_NAMES.map((form) => zero.find(({ name }) => form.test(name))).find((code) => code !== undefined);
  if (best === undefined)
    throw new DayStopped(
      `QuickBooks of ${id} lists no tax code of 0 % for untaxed lines: make one there, then run again.`,
    );
  return choiceOf(best);
}

/** Every service decides by the settings as saved. */
export async function inEffect({ company: { id }, api }: Pick<ConnectedCompany, 'company' | 'api'>): Promise<void> {
  await until(
    async () => {
      const { version, appliedVersion } = await api.settings(id);
      return appliedVersion >= version ? true : undefined;
    },
    { withinMs: WITHIN_MS, sentence: `The settings of ${id} were not in effect within a minute.` },
  );
}

const choiceOf = ({ id, name }: Choice): Choice => ({ id, name });
