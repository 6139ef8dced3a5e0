/** One measured thing beside what it is measured against. `ok` is absent where nothing was promised. */
export interface Row {
  readonly what: string;
  readonly aim: string;
  readonly measured: string;
  readonly ratio?: string;
  readonly ok?: boolean;
}

export function printHead(): void {
  print('what', 'bound or aim', 'measured', 'ratio', '');
}

export function printRow({ what, aim, measured, ratio, ok }: Row): void {
  print(what, aim, measured, ratio ?? '', ok === undefined ? '' : ok ? 'met' : 'missed');
}

function print(what: string, aim: string, measured: string, ratio: string, verdict: string): void {
  const line = `${what.padEnd(66)} ${aim.padEnd(26)} ${measured.padEnd(34)} ${ratio.padEnd(9)} ${verdict}`;
  process.stdout.write(`${line.trimEnd()}\n`);
}

export function times(ratio: number): string {
  return `${ratio.toFixed(2)} ×`;
}

export function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}

export function ms(value: number): string {
  return value < 100 ? `${value.toFixed(1)} ms` : `${value.toFixed(0)} ms`;
}

export function seconds(valueMs: number): string {
  return `${(valueMs / 1_000).toFixed(1)} s`;
}

/** What failed on our side, each message once; no row where nothing did. */
export function failures(errors: readonly unknown[]): Row[] {
  if (errors.length === 0) return [];
  const kinds = [...new Set(errors.map(String))].slice(0, 3).join('; ');
  return [{ what: '  failures of ours', aim: '0', measured: `${errors.length}: ${kinds}`, ok: false }];
}

export function counts(by: ReadonlyMap<string, number>): string {
  const all = [...by.values()].reduce((sum, count) => sum + count, 0);
  return [String(all), ...[...by].map(([reason, count]) => `${reason} ${count}`)].join(', ');
}
