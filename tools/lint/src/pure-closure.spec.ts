import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync, cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { closureOf } from './pure-closure';

/** A domain file imports domain files, and nothing that imports a kit. */
const root = path.resolve(__dirname, '../../..');
const MAY_REACH: Record<string, { libraries: string[]; packages: string[] }> = {
  'libs/money': { libraries: ['libs/money'], packages: ['decimal.js'] },
  'libs/mapping': {
    libraries: ['libs/money', 'libs/contracts', 'libs/mapping'],
    packages: ['decimal.js', 'class-validator', 'class-transformer', 'reflect-metadata'],
  },
  'libs/entities': {
    libraries: ['libs/money', 'libs/contracts', 'libs/mapping', 'libs/entities'],
    packages: ['decimal.js', 'class-validator', 'class-transformer', 'reflect-metadata'],
  },
  'libs/contracts': {
    libraries: ['libs/contracts', 'libs/money'],
    packages: ['decimal.js', 'class-validator', 'class-transformer', 'reflect-metadata'],
  },
};

describe.each(Object.entries(MAY_REACH))('%s', (library, may) => {
  const closure = closureOf(root, library);

  it('was read: every one of its files', () => {
    expect(closure.own.length).toBeGreaterThan(2);
    expect(closure.reached).toEqual(expect.arrayContaining(closure.own));
  });

  it('reaches pure libraries only, type imports included', () => {
    const others = closure.reached.filter(
      (file) => !may.libraries.some((allowed) => file.startsWith(`${allowed}/src/`)),
    );
    expect(others).toEqual([]);
    expect(closure.packages.filter((name) => !may.packages.includes(name))).toEqual([]);
  });
});

it('sees a kit behind a type import', () => {
  const copy = mkdtempSync(path.join(tmpdir(), 'qbo-sync-closure-'));
  try {
    cpSync(path.join(root, 'tsconfig.base.json'), path.join(copy, 'tsconfig.base.json'));
    mkdirSync(path.join(copy, 'libs/money/src'), { recursive: true });
    mkdirSync(path.join(copy, 'libs/kafka/src'), { recursive: true });
    symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
    writeFileSync(path.join(copy, 'libs/kafka/src/client.ts'), "export type Client = import('node:net').Socket;\n");
    writeFileSync(
      path.join(copy, 'libs/money/src/decimal.ts'),
      "import type { Client } from '../../kafka/src/client';\nexport type X = Client;\n",
    );
    const closure = closureOf(copy, 'libs/money');
    expect(closure.reached.some((file) => file.endsWith('libs/kafka/src/client.ts'))).toBe(true);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});
