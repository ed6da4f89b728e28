import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorCodes } from '@varve/schema';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const codes = Object.keys(errorCodes);

/** Where codes are listed or sorted, not thrown. */
const lists = /error-codes\.ts$|cli\/src\/report\.ts$/;

function readSources(...patterns: string[]): string[] {
  const exclude = (name: string) => name === 'node_modules' || name === 'dist';
  return globSync(patterns, { cwd: root, exclude }).map((path) => join(root, path));
}

function mentions(paths: readonly string[]): Set<string> {
  const words = paths.flatMap((path) => readFileSync(path, 'utf8').match(/\b[A-Z]+(?:_[A-Z]+)*\b/g) ?? []);
  return new Set(words);
}

function without(found: ReadonlySet<string>): string[] {
  return codes.filter((code) => !found.has(code));
}

it('throws each code somewhere', () => {
  const sources = readSources('{packages,adapters}/*/src/**/*.ts');
  const throwing = sources.filter((path) => !/\.test\.ts$|\/testing\//.test(path) && !lists.test(path));
  const literals = throwing.flatMap(
    (path) => readFileSync(path, 'utf8').match(/(?<=['[])[A-Z]+(?:_[A-Z]+)*(?=['\]])/g) ?? [],
  );
  expect(without(new Set(literals))).toEqual([]);
});

it('tests each code somewhere', () => {
  const tests = readSources('{packages,adapters,integration,examples}/**/*.test.ts');
  expect(without(mentions(tests.filter((path) => path !== fileURLToPath(import.meta.url))))).toEqual([]);
});

it('documents each code with its meaning, and no other', () => {
  const page = readFileSync(join(root, 'docs', 'errors.md'), 'utf8');
  const rows = page.matchAll(/^\| `([A-Z_]+)` +\| (.*?) +\| (\S.*?) +\|$/gm);
  const documented = [...rows].map(([, code, meaning, advice]) => ({
    code,
    meaning,
    hasAdvice: Boolean(advice),
  }));
  const listed = Object.entries(errorCodes).map(([code, meaning]) => ({ code, meaning, hasAdvice: true }));
  expect(documented).toEqual(listed);
});
