import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A source file of a package, and what it imports; paths from the workspace's root, with `/`. */
export interface SourceFile {
  readonly path: string;
  /** The folder of its package: `packages/core`. */
  readonly home: string;
  /** The folder below `src` that it is in; empty for a file that lies in `src` itself. */
  readonly room: string;
  /** Files of the workspace, by relative path. */
  readonly files: readonly string[];
  /** Packages by name, with what follows it: `@varve/core/internal`. */
  readonly packages: readonly string[];
}

/** What is loaded late is its own door, and is no part of a circle: `import()` is left out. */
const importPattern = /(?:^(?:import|export)\b[^'"`;]*?\bfrom|^import)\s*['"]([^'"]+)['"]/gm;
const sourcePattern = /^((?:packages|adapters)\/[^/]+)\/src\/(?:([^/]+)\/)?.*\.tsx?$/;

/** Every source file of the packages and adapters, without tests and without what only tests run. */
export function readSourceImports(): SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', 'packages', 'adapters'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.split('\n').flatMap((path) => {
    const [, home, room = ''] = sourcePattern.exec(path) ?? [];
    if (home === undefined || isForTests(path) || !existsSync(join(root, path))) return [];
    return [{ path, home, room, ...importsOf(path) }];
  });
}

function isForTests(path: string): boolean {
  return /\.test(-d)?\.tsx?$|\/src\/(?:.*\/)?testing\//.test(path);
}

function importsOf(path: string): Pick<SourceFile, 'files' | 'packages'> {
  const text = readFileSync(join(root, path), 'utf8').replace(/^\s*(?:\*|\/\/|\/\*).*$/gm, '');
  const names = [...text.matchAll(importPattern)].map(([, name = '']) => name);
  const files = names
    .filter((name) => name.startsWith('.'))
    .map((name) => normalize(join(dirname(path), name)).replaceAll('\\', '/'));
  return { files, packages: names.filter((name) => !name.startsWith('.') && !name.startsWith('node:')) };
}
