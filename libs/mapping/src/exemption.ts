/**
 * QuickBooks' fifteen reasons for a tax exemption, `TaxExemptionReasonId` 1–15 (automated sales tax only; quickbooks.md
 * §9.3), spelt as its customer form spells them.
 */
const EXEMPTION_REASONS = [
  'Federal government',
  'State government',
  'Local government',
  'Tribal government',
  'Charitable organization',
  'Religious organization',
  'Educational organization',
  'Hospital',
  'Resale',
  'Direct pay permit',
  'Multiple points of use',
  'Direct mail',
  'Agricultural production',
  'Industrial production / manufacturing',
  'Foreign diplomat',
] as const;

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z]+/g, ' ')
    .trim();
const IDS: ReadonlyMap<string, string> = new Map(EXEMPTION_REASONS.map((name, index) => [plain(name), `${index + 1}`]));

/** The id of a reason that equals one of QuickBooks', else undefined. */
export const exemptionReasonId = (reason: string | undefined): string | undefined =>
  reason === undefined ? undefined : IDS.get(plain(reason));
