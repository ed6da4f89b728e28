import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { workspaceRoot } from './packed-project.ts';
import type { DocumentStep } from './read-document.ts';

/** A public function, with the program in the `@example` of its docstring. */
export interface PublicFunction {
  readonly packageName: string;
  readonly name: string;
  readonly example: Extract<DocumentStep, { readonly kind: 'file' }> | undefined;
}

/** The functions that the main door of each published package exports, in the order of packages and names. */
export function readPublicFunctions(): PublicFunction[] {
  const doors = globSync('{packages,adapters}/*/src/index.ts', { cwd: workspaceRoot }).sort();
  return doors.flatMap((door) => {
    const { name: packageName } = readJson(join(dirname(door), '../package.json'));
    return exportsOf(door).flatMap(({ name, source }) => {
      const docstring = docstringOf(name, source);
      return docstring === undefined
        ? []
        : [{ packageName, name, example: exampleOf(`${packageName}-${name}`, docstring) }];
    });
  });
}

function readJson(path: string): { name: string } {
  return JSON.parse(readFileSync(join(workspaceRoot, path), 'utf8'));
}

interface Export {
  readonly name: string;
  readonly source: string;
}

/** Follows doors of rooms to the files that hold what they export. */
function exportsOf(door: string): Export[] {
  const text = readFileSync(join(workspaceRoot, door), 'utf8');
  return [...text.matchAll(/^export (?:\{([^}]*)\}|\*) from '(\.[^']+)';$/gm)].flatMap(
    ([, list, path = '']) => {
      const source = join(dirname(door), path);
      const inner = source.endsWith('/index.ts') || list === undefined ? exportsOf(source) : undefined;
      if (list === undefined) return inner?.length ? inner : functionsOf(source);
      const names = list
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item && !item.startsWith('type '));
      return names.map((name) => inner?.find((it) => it.name === name) ?? { name, source });
    },
  );
}

function functionsOf(source: string): Export[] {
  const text = readFileSync(join(workspaceRoot, source), 'utf8');
  return [...text.matchAll(/^export (?:async )?function (\w+)/gm)].map(([, name = '']) => ({ name, source }));
}

/** Undefined for what is no function; empty for a function without a docstring. */
function docstringOf(name: string, source: string): string | undefined {
  const text = readFileSync(join(workspaceRoot, source), 'utf8');
  const declaration = new RegExp(
    `^export (?:async )?function ${name}\\b|^export const ${name} = (?:async )?\\(`,
    'm',
  ).exec(text);
  if (!declaration) return undefined;
  return /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n$/.exec(text.slice(0, declaration.index))?.[1] ?? '';
}

function exampleOf(title: string, docstring: string): PublicFunction['example'] {
  const plain = docstring.replace(/^\s*\* ?/gm, '');
  const source = /@example\s+(?:```ts\n)?([\s\S]*?)(?:```|\n@|$)/.exec(plain)?.[1]?.trim().concat('\n');
  if (source === undefined) return undefined;
  const ending = /^import (?:.* from )?'vitest'/m.test(source) ? 'test.ts' : 'ts';
  const fileName = `${title.replace(/^@varve\//, '')}.${ending}`;
  return {
    kind: 'file',
    fileName,
    source,
    promisedOutput: /^console\.log\(.*\); \/\/ (.+)$/m.exec(source)?.[1] ?? '',
  };
}
