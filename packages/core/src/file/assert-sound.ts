import { quoteIdentifier } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema/errors';
import type { Database } from './open-database.ts';

/** @throws FILE_CORRUPT */
export function assertSound(sqlite: Database, path: string, schema = 'main'): void {
  assertOk(sqlite.pragma(`${schema}.quick_check(1)`), path);
}

function assertOk(answer: unknown, path: string): void {
  const [first] = answer as { quick_check: string }[];
  if (first?.quick_check === 'ok') return;
  const [finding] = String(first?.quick_check)
    .replace(/^\*\*\* in database \w+ \*\*\*\s*/, '')
    .split('\n');
  throw new VarveError('FILE_CORRUPT', `the database is damaged: ${finding}`, {
    path,
    hint: 'restore it from a backup, or try to rescue its rows with the ".recover" command of the sqlite3 shell',
  });
}

/** `assertSound` of some tables and their indexes. */
export function assertTablesSound(sqlite: Database, path: string, tables: readonly string[]): void {
  if (tables.length > fewTables) assertSound(sqlite, path);
  else for (const table of tables) assertOk(sqlite.pragma(`quick_check(${quoteIdentifier(table)})`), path);
}

/** Of more it is cheaper to check all at once. */
const fewTables = 8;
