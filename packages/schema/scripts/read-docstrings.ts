import { readFileSync } from 'node:fs';

const sources = new URL('../src/', import.meta.url);

/** What the docstrings of a source file say: of what it exports, and of the columns in it, by their keys. */
export interface Docstrings {
  readonly exported: string;
  readonly columns: ReadonlyMap<string, string>;
}

const docstring = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n/.source;

export function readDocstrings(fileName: string): Docstrings {
  const text = readFileSync(new URL(fileName, sources), 'utf8');
  const columns = text.matchAll(
    new RegExp(
      `${docstring} +(\\w+): (?:(?:text|integer|real|json|blob)\\(|(?:Key|Filled|NamedColumn)<)`,
      'g',
    ),
  );
  const exported = new RegExp(`${docstring}export const \\w+ = (?:sqliteTable|\\(\\)(?:: \\w+)? =>)`).exec(
    text,
  );
  return {
    exported: plain(exported?.[1] ?? ''),
    columns: new Map([...columns].map(([, comment = '', key = '']) => [key, plain(comment)])),
  };
}

/** Of a table's file, with what it spreads. */
export function readTableDocstrings(fileName: string): Docstrings {
  const own = readDocstrings(fileName);
  const spread = ['timeline-columns.ts', 'usage-columns.ts'].flatMap((name) => [
    ...readDocstrings(name).columns,
  ]);
  return { exported: own.exported, columns: new Map([...spread, ...own.columns]) };
}

function plain(comment: string): string {
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, ''))
    .join(' ')
    .trim();
}
