import type { World } from './world';

/** Writes the emulator has taken so far, for printing alone; null where there is no emulator to ask. */
export async function countWrites({ config }: World): Promise<number | null> {
  if (config.SANDBOX_ADMIN_URL === undefined) return null;
  const response = await fetch(`${config.SANDBOX_ADMIN_URL}/writes`);
  if (!response.ok) return null;
  const { writes } = (await response.json()) as { writes: number };
  return writes;
}
