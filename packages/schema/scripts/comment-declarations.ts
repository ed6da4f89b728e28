/**
 * Ends the build: an inferred type loses the docstrings of the columns, and an editor would show nothing on hover.
 * Writes them into the declarations.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { readTableDocstrings } from './read-docstrings.ts';

const dist = new URL('../dist/', import.meta.url);

/** A declaration file with a docstring before each column that has one. */
export function commentColumns(declarations: string, columns: ReadonlyMap<string, string>): string {
  return declarations.replace(
    /^( +)(\w+): (?=import\("drizzle-orm|import\("\.)/gm,
    (line, indent: string, key: string) => {
      const comment = columns.get(key);
      return comment === undefined ? line : `${indent}/** ${comment} */\n${line}`;
    },
  );
}

if (import.meta.main)
  for (const name of globSync('*.d.ts', { cwd: dist })) {
    const file = new URL(name, dist);
    const { columns } = readTableDocstrings(name.replace('.d.ts', '.ts'));
    writeFileSync(file, commentColumns(readFileSync(file, 'utf8'), columns));
  }
