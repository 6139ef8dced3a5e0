const NUL = '\0';

/** JSON pointer of the first text (or key) with a NUL character in it, which PostgreSQL does not hold; undefined: there is none. */
export function findNul(value: unknown, pointer = ''): string | undefined {
  if (typeof value === 'string') return value.includes(NUL) ? pointer : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, one] of Object.entries(value)) {
    const found = key.includes(NUL) ? pointer : findNul(one, `${pointer}/${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
