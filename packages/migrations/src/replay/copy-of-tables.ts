import { type Database, openMemory } from '../driver/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { identifierOf, nameKey, tokenizeSql } from '../sql/index.ts';
import { allRows, writeRows } from './carry-rows.ts';

interface Made {
  readonly type: 'table' | 'index' | 'trigger' | 'view';
  readonly name: string;
  readonly sql: string;
}

/**
 * The ordinary tables of a database as they are inside of its transaction, in memory; with the rows of those that a
 * statement may touch, or that its text, a trigger or a view says the name of. (The bytes of a database in memory are without what is not committed.)
 */
export function copyOfTables(
  sqlite: Database,
  text: string,
  functions: Lineage['functions'],
  isTouched: (name: string) => boolean,
): Database {
  const copy = openMemory(`PRAGMA encoding = '${sqlite.pragma('encoding', { simple: true })}'`);
  for (const [name, call] of Object.entries(functions)) {
    copy.function(name, { varargs: true, deterministic: true }, call as (...values: unknown[]) => unknown);
  }
  copy.pragma(`trusted_schema = ${sqlite.pragma('trusted_schema', { simple: true })}`);
  copy.pragma('foreign_keys = OFF');
  const tables = ordinaryTables(sqlite);
  const made = readMade(sqlite);
  const ordinary = made.filter(({ type, name }) => type === 'table' && tables.includes(name));
  for (const { sql } of ordinary) copy.exec(sql);
  const said = namesIn([
    text,
    ...made.flatMap(({ type, sql }) => (type === 'trigger' || type === 'view' ? [sql] : [])),
  ]);
  for (const name of tables) {
    if (name === 'sqlite_sequence' || isTouched(name) || said.has(nameKey(name)))
      writeRows(copy, allRows(sqlite, name));
  }
  for (const { type, sql } of made) if (type !== 'table') copy.exec(sql);
  return copy;
}

/** Those of a schema with rows of their own; last, what counts their keys. */
export function ordinaryTables(sqlite: Database): string[] {
  const tables = sqlite.prepare<[], string>(
    `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
       AND (name NOT LIKE 'sqlite~_%' ESCAPE '~' OR name = 'sqlite_sequence') ORDER BY name = 'sqlite_sequence'`,
  );
  return tables.pluck().all();
}

function readMade(sqlite: Database): Made[] {
  const query = sqlite.prepare<[], Made>(
    `SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite~_%' ESCAPE '~'
     ORDER BY rowid`,
  );
  return query.all();
}

function namesIn(texts: readonly string[]): Set<string> {
  return new Set(
    texts.flatMap((text) => [...tokenizeSql(text)].map((token) => nameKey(identifierOf(token) ?? ''))),
  );
}
