import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { IMPORT_TABLE, isApp, ONLY_IN, OUTSIDE_TABLE, PURE, SPECS_MAY } from './import-table.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Every project of the workspace with its one tag; throws for a project whose tag has no row in the table. */
export function projects(base = root) {
  return ['apps', 'libs', 'tools'].flatMap((group) =>
    readdirSync(path.join(base, group), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(path.join(base, group, entry.name, 'package.json')))
      .map((entry) => {
        const dir = `${group}/${entry.name}`;
        const manifest = JSON.parse(readFileSync(path.join(base, dir, 'package.json'), 'utf8'));
        const tags = manifest.nx?.tags ?? [];
        if (tags.length !== 1 || !Object.hasOwn(IMPORT_TABLE, tags[0])) {
          throw new Error(
            `${dir}: give it one tag of tools/lint/import-table.mjs in nx.tags of its package.json (it has: ${tags.join(', ') || 'none'})`,
          );
        }
        return { dir, name: manifest.name, tag: tags[0] };
      }),
  );
}

const constraints = (extra) =>
  Object.entries(IMPORT_TABLE).map(([tag, row]) => ({
    sourceTag: tag,
    onlyDependOnLibsWithTags: [...row.may, ...extra(tag), tag],
  }));

/** A spec, and the tests of one story of a spec that is spread over files. */
const SPECS = ['**/*.spec.ts', '**/*.features.ts'];

/** The import table, once for the product and once, wider, for specs. */
export function boundaries(nx) {
  const rule = (extra) => [
    'error',
    {
      enforceBuildableLibDependency: false,
      ignoredCircularDependencies: [],
      checkDynamicDependenciesExceptions: ['.*'],
      allow: [],
      depConstraints: constraints(extra),
    },
  ];
  const specs = (tag) => [
    ...SPECS_MAY.everywhere,
    ...(isApp(tag) ? SPECS_MAY.inApps : []),
    ...(SPECS_MAY.of[tag] ?? []),
  ];
  const plugins = { '@nx': nx };
  return [
    {
      files: ['**/*.ts'],
      ignores: SPECS,
      plugins,
      rules: { '@nx/enforce-module-boundaries': rule(() => []) },
    },
    { files: SPECS, plugins, rules: { '@nx/enforce-module-boundaries': rule(specs) } },
  ];
}

/** Which outside packages a project may not use, and which of ours it may use as types only. */
export const outsidePackages = projects().map(({ dir, tag }) => ({
  files: [`${dir}/**/*.ts`],
  ...(PURE[tag] === undefined ? {} : { ignores: ['**/*.spec.ts'] }),
  rules: {
    'no-restricted-imports': 'off',
    '@typescript-eslint/no-restricted-imports': ['error', { patterns: importPatterns(tag, dir) }],
  },
}));

function importPatterns(tag, dir) {
  const patterns = OUTSIDE_TABLE.filter((row) => !row.tags.includes(tag)).map((row) => ({
    regex: `^${row.package}(/|$)`,
    ...(row.typesIn?.includes(tag) ? { allowTypeImports: true } : {}),
    message: `${row.package} is used only in: ${row.tags.join(', ')}.`,
  }));
  for (const [ours, dirs] of Object.entries(ONLY_IN).filter(([, dirs]) => !dirs.includes(dir))) {
    patterns.push({ regex: `^@qbo-sync/${ours}(/|$)`, message: `${ours} is used only in: ${dirs.join(', ')}.` });
  }
  if (PURE[tag] !== undefined) {
    const allowed = PURE[tag].map((name) => name.replaceAll('.', '\\.')).join('|');
    patterns.push({
      regex: `^(?!\\.{1,2}/|@qbo-sync/|(${allowed})(/|$))`,
      message: `A pure project uses only: ${PURE[tag].join(', ')}.`,
    });
  }
  const typesOnly = IMPORT_TABLE[tag].types ?? [];
  if (typesOnly.length > 0) {
    patterns.push({
      regex: `^@qbo-sync/(${typesOnly.join('|')})(/|$)`,
      allowTypeImports: true,
      message: `Import ${typesOnly.join(', ')} as types only here.`,
    });
  }
  return patterns;
}

const IMPURE_GLOBALS = [
  ...['process', 'Buffer', 'fetch', 'performance', 'crypto', 'console', '__dirname', 'require'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
];

/** No clock, no chance, no I/O, nothing asynchronous in the pure projects: time and ids are handed in. */
export const purity = projects()
  .filter(({ tag }) => PURE[tag] !== undefined)
  .map(({ dir }) => ({
    files: [`${dir}/src/**/*.ts`],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...IMPURE_GLOBALS.map((name) => ({ name, message: 'A pure project is handed what it needs.' })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Time is handed in.' },
        { object: 'Math', property: 'random', message: 'Chance is handed in.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'AwaitExpression', message: 'Nothing is asynchronous in a pure project.' },
        { selector: ':function[async=true]', message: 'Nothing is asynchronous in a pure project.' },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Time is handed in.' },
      ],
    },
  }));
