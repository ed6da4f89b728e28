import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { commentColumns } from './comment-declarations.ts';
import { readTableDocstrings } from './read-docstrings.ts';
import { renderSchemaPage } from './write-schema-page.ts';

it('docs/schema.md says of every standard column what its docstring says', () => {
  const page = readFileSync(new URL('../../../docs/schema.md', import.meta.url), 'utf8');
  expect(renderSchemaPage()).toBe(page);
});

it('puts the docstring of a column before its declaration', () => {
  const declarations = '    columns: {\n        costUsd: import("drizzle-orm/sqlite-core").SQLiteColumn<{\n';
  expect(commentColumns(declarations, readTableDocstrings('model-calls.ts').columns)).toBe(
    '    columns: {\n        /** US dollars. */\n        costUsd: import("drizzle-orm/sqlite-core").SQLiteColumn<{\n',
  );
});
