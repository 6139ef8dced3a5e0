/** A resource's version as its ETag, and back. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * The version an `If-Match` names: undefined without the header or for `*`; -1, which nothing has, for a tag that is none
 * of ours.
 */
export function expectedVersion(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const tag = /^(?:W\/)?"(\d{1,9})"$/.exec(ifMatch.trim())?.[1];
  return tag === undefined ? -1 : Number(tag);
}
