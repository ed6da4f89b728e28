import { writeFileSync } from 'node:fs';
import { is } from 'drizzle-orm';
import { getTableConfig, type SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { isJsonColumn, standardTables } from '../src/index.ts';
import { readTableDocstrings } from './read-docstrings.ts';

const order = [
  'sessions',
  'messages',
  'model_calls',
  'decisions',
  'tool_calls',
  'intermediate_results',
  'outputs',
  'sources',
];

const introduction = `# The standard tables

What \`@varve/schema\` brings: one row in \`sessions\` says what the file holds, and the other tables are its timeline, with one
counter, \`seq\`, over all of them. Names follow OpenTelemetry's GenAI conventions where those have a word.

Written from the docstrings of \`packages/schema/src\` by \`npx pnpm docs:schema\`; an editor shows the same on hover.

**What to sum.** Tokens and dollars live with the model call. The columns of the same names in \`decisions\` and \`outputs\` are
from before there were model calls: sum them only for sessions that have none. [query.md](query.md) has the SQL.
`;

/** docs/schema.md: every table and column with its meaning. */
export function renderSchemaPage(): string {
  const tables = Object.values(standardTables)
    .filter((value) => is(value, SQLiteTable))
    .map((table) => getTableConfig(table as SQLiteTable))
    .sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  return [introduction, ...tables.map(renderTable)].join('\n');
}

function renderTable({ name, columns }: ReturnType<typeof getTableConfig>): string {
  const docs = readTableDocstrings(`${name.replaceAll('_', '-')}.ts`);
  const lines = columns.map((column) => {
    const key = Object.keys(column.table).find(
      (it) => (column.table as never as Record<string, unknown>)[it] === column,
    );
    const meaning = docs.columns.get(key ?? '');
    if (!meaning) throw new Error(`${name}.${column.name} has no docstring`);
    return `| \`${column.name}\` | ${typeOf(column)} | ${column.notNull ? '' : 'yes'} | ${meaning.replaceAll('|', '\\|')} |`;
  });
  const head = ['| column | type | null | meaning |', '| --- | --- | --- | --- |'];
  return `## ${name}\n\n${docs.exported}\n\n${[...head, ...lines].join('\n')}\n`;
}

function typeOf(column: SQLiteColumn): string {
  const words = (column.enumValues ?? []) as readonly string[];
  if (isJsonColumn(column)) return 'JSON';
  if (words.length > 0) return words.map((word) => `\`${word}\``).join(', ');
  return column.getSQLType();
}

if (import.meta.main) writeFileSync(new URL('../../../docs/schema.md', import.meta.url), renderSchemaPage());
