import { readdirSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/**
 * The closure of a pure library, from the TypeScript program: every file that any of its files reaches by an import,
 * type imports included.
 */
export interface Closure {
  /** Source files of the library itself. */
  readonly own: string[];
  /** Everything reached outside node_modules, relative to the root. */
  readonly reached: string[];
  /** Packages reached, by name. */
  readonly packages: string[];
}

export function closureOf(root: string, dir: string): Closure {
  const files = sources(path.join(root, dir, 'src'));
  const base = ts.readConfigFile(path.join(root, 'tsconfig.base.json'), ts.sys.readFile).config as {
    compilerOptions: unknown;
  };
  const { options } = ts.convertCompilerOptionsFromJson(base.compilerOptions, root);
  const host = ts.createCompilerHost(options);
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const imported = ts.preProcessFile(ts.sys.readFile(file) ?? '', true, true).importedFiles;
    for (const { fileName } of imported) {
      const resolved = ts.resolveModuleName(
        fileName,
        file,
        options,
        host,
        undefined,
        undefined,
        ts.ModuleKind.CommonJS,
      ).resolvedModule;
      const real = resolved && (ts.sys.realpath?.(resolved.resolvedFileName) ?? resolved.resolvedFileName);
      if (real === undefined || real.includes('/node_modules/')) packages.add(packageName(fileName));
      else visit(real);
    }
  };
  for (const file of files) visit(file);
  return {
    own: files.map((file) => path.relative(root, file)),
    reached: [...seen].map((file) => path.relative(root, file)).sort(),
    packages: [...packages].sort(),
  };
}

function sources(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(dir, entry.name);
    if (entry.isDirectory()) return sources(file);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts') ? [file] : [];
  });
}

const packageName = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
