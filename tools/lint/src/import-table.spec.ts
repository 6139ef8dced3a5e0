import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/**
 * The import table holds: a copy of the workspace gets one forbidden import per row of the table and one per rule on
 * outside packages, and `npm run lint` names every one of them.
 */
const root = path.resolve(__dirname, '../../..');
const PLANTED = 'src/planted.ts';

interface Table {
  IMPORT_TABLE: Record<string, { may: string[]; types?: string[] }>;
  ONLY_IN: Record<string, string[]>;
  OUTSIDE_TABLE: { package: string; tags: string[] }[];
  PURE: Record<string, string[]>;
}
interface Project {
  dir: string;
  name: string;
  tag: string;
}

let copy: string;
let table: Table;
let projects: Project[];

beforeAll(() => {
  const script = `
    const table = await import('./tools/lint/import-table.mjs');
    const { projects } = await import('./tools/lint/rules.mjs');
    console.log(JSON.stringify({ table, projects: projects() }));`;
  const read = JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' }),
  ) as {
    table: Table;
    projects: Project[];
  };
  table = read.table;
  projects = read.projects;
  copy = realpathSync(mkdtempSync(path.join(tmpdir(), 'qbo-sync-lint-')));
  const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);
  for (const file of tracked) cpSync(path.join(root, file), path.join(copy, file), { recursive: true });
  linkPackages();
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** The installed packages as they are, the workspace's own as those of the copy. */
function linkPackages(): void {
  const installed = path.join(root, 'node_modules');
  mkdirSync(path.join(copy, 'node_modules/@qbo-sync'), { recursive: true });
  for (const name of readdirSync(installed).filter((each) => each !== '@qbo-sync')) {
    symlinkSync(path.join(installed, name), path.join(copy, 'node_modules', name));
  }
  for (const { name, dir } of projects) {
    symlinkSync(path.join(copy, dir), path.join(copy, 'node_modules', name));
  }
}

function lint(): { status: number | null; output: string } {
  const result = spawnSync(process.execPath, ['tools/lint/run.mjs'], {
    cwd: copy,
    encoding: 'utf8',
    env: { ...process.env, CI: 'true' },
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status: result.status, output: stripVTControlCharacters(`${result.stdout}\n${result.stderr}`) };
}

/** An importable module of each project, to be imported by those who may not. */
function moduleOf(project: Project): string {
  const files = execFileSync('git', ['ls-files', `${project.dir}/src/*.ts`], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file !== '' && !file.endsWith('.spec.ts'));
  return `${project.name}/${path.relative(`${project.dir}/src`, files[0] ?? '').replace(/\.ts$/, '')}`;
}

function plant(project: Project): { line: number; why: string }[] {
  const row = table.IMPORT_TABLE[project.tag]!;
  const forbidden = projects.find(
    (other) => !row.may.includes(other.tag) && other.tag !== project.tag && other.dir.startsWith('libs/'),
  );
  const lines: string[] = [];
  const expected: { line: number; why: string }[] = [];
  const add = (code: string, why: string): void => void (lines.push(code), expected.push({ line: lines.length, why }));
  if (forbidden !== undefined) add(`import '${moduleOf(forbidden)}';`, `imports ${forbidden.tag}`);
  for (const outside of table.OUTSIDE_TABLE.filter((rule) => !rule.tags.includes(project.tag))) {
    add(`import '${outside.package === '@nestjs' ? '@nestjs/common' : outside.package}';`, `uses ${outside.package}`);
  }
  for (const [ours, dirs] of Object.entries(table.ONLY_IN)) {
    const owner = projects.find(({ tag }) => tag === ours);
    if (owner !== undefined && row.may.includes(ours) && !dirs.includes(project.dir)) {
      add(`import '${moduleOf(owner)}';`, `imports ${ours}, which is for ${dirs.join(', ')} alone`);
    }
  }
  const typesOnly = projects.find((other) => (row.types ?? []).includes(other.tag));
  if (typesOnly !== undefined) add(`import '${moduleOf(typesOnly)}';`, `imports ${typesOnly.tag} as a value`);
  if (table.PURE[project.tag] !== undefined) {
    add(`import 'node:fs';`, 'uses node:fs');
    add('export const now = Date.now();', 'reads the clock');
    add('export const today = new Date();', 'reads the clock');
    add('export const chance = Math.random();', 'draws chance');
    add('export const home = process.cwd();', 'uses process');
    add('export const later = async () => 1;', 'is asynchronous');
  }
  writeFileSync(path.join(copy, project.dir, PLANTED), `${lines.join('\n')}\n`);
  return expected;
}

/** Lines of a file that ESLint's report names: from the file's heading to the next one, or to the end of the report. */
function reportedLines(output: string, file: string): number[] {
  const heading = `\n${path.join(copy, file)}\n`;
  const start = output.indexOf(heading);
  if (start < 0) return [];
  const rest = output.slice(start + heading.length);
  const [block = ''] = rest.split(new RegExp(`✖|\\n${copy}`));
  return [...block.matchAll(/^\s*(\d+):\d+\s+error/gm)].map((match) => Number(match[1]));
}

it('names every forbidden import, by row of the table and by rule on outside packages', () => {
  const planted = projects
    .filter((project) => project.dir !== 'tools/lint')
    .map((project) => ({ project, expected: plant(project) }));
  const { status, output } = lint();
  for (const { project } of planted) rmSync(path.join(copy, project.dir, PLANTED));
  expect(status).not.toBe(0);
  const missed = planted.flatMap(({ project, expected }) => {
    const lines = reportedLines(output, path.join(project.dir, PLANTED));
    return expected.filter(({ line }) => !lines.includes(line)).map(({ why }) => `${project.dir} ${why}`);
  });
  expect(missed).toEqual([]);
  expect(planted.flatMap(({ expected }) => expected).length).toBeGreaterThan(projects.length * 5);
}, 300_000);

it('fails on a project without a tag', () => {
  const manifest = path.join(copy, 'libs/money/package.json');
  const before = readFileSync(manifest, 'utf8');
  writeFileSync(manifest, before.replace(/"tags":\s*\[\s*"money"\s*\]/, '"tags": []'));
  expect(readFileSync(manifest, 'utf8')).not.toBe(before);
  const { status, output } = lint();
  writeFileSync(manifest, before);
  expect(status).not.toBe(0);
  expect(output).toContain('libs/money: give it one tag');
}, 120_000);
