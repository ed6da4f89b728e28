import { isSqliteError, quoteIdentifier } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema/errors';
import type { Database } from './open-database.ts';

/**
 * Where a virtual table's module cannot be asked, or says that its words are not those of the table that it was told to
 * read, as the application left them, the ordinary tables and their indexes are checked alone.
 *
 * @throws FILE_CORRUPT
 */
export function assertSound(sqlite: Database, path: string, schema = 'main'): void {
  assertOk(checkAll(sqlite, schema, 1), path);
}

/**
 * `assertSound`, false where what is found first is of another kind than damage.
 *
 * @throws FILE_CORRUPT
 */
export function isSoundBut(sqlite: Database, path: string, isOther: (finding: string) => boolean): boolean {
  const answer = checkAll(sqlite, 'main', 1);
  if (answer.some(isOther)) return false;
  assertOk(answer, path);
  return true;
}

function checkAll(sqlite: Database, schema: string, most: number): string[] {
  try {
    const answer = check(sqlite, `${schema}.quick_check(${most})`);
    const isLeft = answer.some((finding) => isOfOtherWords(sqlite, schema, finding));
    return isLeft ? checkOrdinary(sqlite, schema) : answer;
  } catch (error) {
    // As where a tokenizer of the application's own is not here.
    if (!isSqliteError(error) || !error.message.startsWith('vtable constructor failed')) throw error;
    return checkOrdinary(sqlite, schema);
  }
}

/** FTS3 and FTS4 compare their words with the table that they are told to read; FTS5 does not. */
function isOfOtherWords(sqlite: Database, schema: string, finding: string): boolean {
  const [, name] = /\binverted index for FTS[34] table \w+\.(.*?)(?:: .*)?$/s.exec(finding) ?? [];
  const sql = `SELECT 1 FROM ${schema}.sqlite_schema WHERE name = ? AND sql LIKE '%content%=%'`;
  return name !== undefined && sqlite.prepare(sql).get(name) !== undefined;
}

function checkOrdinary(sqlite: Database, schema: string): string[] {
  const sql = `SELECT name FROM ${schema}.sqlite_schema WHERE type = 'table' AND rootpage > 0`;
  const tables = sqlite.prepare<[], string>(sql).pluck().all();
  return tables.flatMap((table) => check(sqlite, `${schema}.quick_check(${quoteIdentifier(table)})`));
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
  if (tables.length > fewTables) assertOk(checkAll(sqlite, 'main', unused.size + 1), path, unused);
  else for (const table of tables) assertOk(check(sqlite, `quick_check(${quoteIdentifier(table)})`), path);
}

/** Of more it is cheaper to check all at once. */
const fewTables = 12;
