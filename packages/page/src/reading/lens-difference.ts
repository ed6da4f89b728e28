import { compileLens } from '@varve/migrations';
import { quoteIdentifier, tokenizeSql } from '@varve/migrations/internal';
import type { LensDifference, RowValues } from '../api/index.ts';
import type { OpenFile, SessionSource } from '../sources/index.ts';
import { readRaw, toValues } from './read-row.ts';

/** A row as its file has it, and as it is read at head. @throws PAGE_NOT_FOUND */
export function readLensDifference(
  open: OpenFile,
  { shape, lineage }: Pick<SessionSource, 'shape' | 'lineage'>,
  id: string,
): LensDifference {
  const { table, key, values } = readRaw(open.sqlite, shape, id);
  const plan = open.plan?.tables.find(({ name }) => name === table.name);
  const after = toValues(values);
  const none = { table: table.name, after, strategy: plan?.strategy ?? 'identity', why: plan?.why ?? null };
  if (!lineage || open.version === null || open.plan?.strategy !== 'lens') {
    return { ...none, sourceTable: null, before: null, sql: null, migrations: [] };
  }
  const lens = compileLens(lineage, open.version).tables.find(({ name }) => name === table.name);
  const sourceTable = lens?.wholeOf ?? findOwn(open, table.name);
  return {
    ...none,
    sourceTable,
    before: sourceTable === null ? null : readBefore(open, sourceTable, { column: table.key, key }),
    sql: lens && lens.strategy !== 'identity' ? lens.select('main') : null,
    migrations: lineage.migrations
      .slice(open.version)
      .filter(({ sql }) => namesTable(sql, [table.name, sourceTable ?? table.name]))
      .map(({ name, sql }) => ({ name, sql })),
  };
}

function findOwn({ sqlite }: OpenFile, name: string): string | null {
  const sql = `SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name = ?`;
  return sqlite.prepare<[string], string>(sql).pluck().get(name) ?? null;
}

/** By the same key, as far as the table had that column; null where it had not, or no such row. */
function readBefore(
  { sqlite }: OpenFile,
  table: string,
  { column, key }: { readonly column: string; readonly key: string },
): RowValues | null {
  const columns = sqlite
    .prepare<[string], { name: string; pk: number }>(`SELECT name, pk FROM pragma_table_xinfo(?, 'main')`)
    .all(table);
  const own = columns.find(({ name }) => name === column) ?? columns.find(({ pk }) => pk === 1);
  if (!own) return null;
  const sql = `SELECT * FROM main.${quoteIdentifier(table)} WHERE ${quoteIdentifier(own.name)} = ?`;
  const row = sqlite.prepare<[string], Record<string, unknown>>(sql).safeIntegers().get(key);
  return row ? toValues(row) : null;
}

function namesTable(sql: string, names: readonly string[]): boolean {
  const wanted = new Set(names.flatMap((name) => [name.toLowerCase(), `__new_${name.toLowerCase()}`]));
  for (const { text, kind } of tokenizeSql(sql)) {
    if (kind !== 'comment' && wanted.has(text.replaceAll(/^[`"[]|[`"\]]$/g, '').toLowerCase())) return true;
  }
  return false;
}
