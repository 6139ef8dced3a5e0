/**
 * Resources of which a company has exactly one, read by GET instead of by query (quickbooks.md §1.1). `{realm}` stands for
 * the company's id.
 */
const SINGLETONS: Readonly<Record<string, string>> = {
  CompanyInfo: 'companyinfo/{realm}',
  Preferences: 'preferences',
};

/** Where the resource is read, or undefined for one that is listed. */
export function singletonPath(resource: string): string | undefined {
  return Object.hasOwn(SINGLETONS, resource) ? SINGLETONS[resource] : undefined;
}
