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

/** The singleton that a webhook names, however it is spelt there; undefined for any other resource. */
export function singletonNamed(named: string): string | undefined {
  return Object.keys(SINGLETONS).find((resource) => resource.toLowerCase() === named.toLowerCase());
}
