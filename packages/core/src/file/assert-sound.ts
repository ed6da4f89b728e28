import { quoteIdentifier } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema/errors';
import type { Database } from './open-database.ts';

/** @throws FILE_CORRUPT */
export function assertSound(sqlite: Database, path: string, schema = 'main'): void {
  assertOk(check(sqlite, `${schema}.quick_check(1)`), path);
}

/**
 * `assertSound`, false where what is found first is of another kind than damage.
 *
 * @throws FILE_CORRUPT
 */
export function isSoundBut(sqlite: Database, path: string, isOther: (finding: string) => boolean): boolean {
  const answer = check(sqlite, 'main.quick_check(1)');
  if (answer.some(isOther)) return false;
  assertOk(answer, path);
  return true;
}

/** As bare texts: to make objects of rows the driver compiles a function for each statement. */
function check(sqlite: Database, pragma: string): string[] {
  return sqlite.prepare<[], string>(`PRAGMA ${pragma}`).pluck().all();
}

function assertOk(answer: readonly string[], path: string, unused: ReadonlySet<number> = new Set()): void {
  const findings = answer
    .flatMap((text) => text.split('\n'))
    .filter((line) => line !== 'ok' && !/^\*\*\* in database \w+ \*\*\*$/.test(line) && !isOf(line, unused));
  if (findings.length === 0) return;
  throw new VarveError('FILE_CORRUPT', `the database is damaged: ${findings[0]}`, {
    path,
    hint: 'restore it from a backup, or try to rescue its rows with the ".recover" command of the sqlite3 shell',
  });
}

function isOf(finding: string, pages: ReadonlySet<number>): boolean {
  return pages.has(Number(/^Page (\d+): never used$/.exec(finding)?.[1]));
}

/** `assertSound` of some tables and their indexes. `unused`: pages that nothing uses yet. */
export function assertTablesSound(
  sqlite: Database,
  path: string,
  tables: readonly string[],
  unused: ReadonlySet<number> = new Set(),
): void {
  if (tables.length > fewTables) assertOk(check(sqlite, `quick_check(${unused.size + 1})`), path, unused);
  else for (const table of tables) assertOk(check(sqlite, `quick_check(${quoteIdentifier(table)})`), path);
}

/** Of more it is cheaper to check all at once. */
const fewTables = 12;
