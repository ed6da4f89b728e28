import type { Database } from '@varve/migrations/internal';
import { quoteIdentifier } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import type { Message, RowDetail, RowValues, TablePage } from '../api/index.ts';
import type { HeadShape, HeadTable, TimelineTable } from '../sources/index.ts';
import { toCell } from './cells.ts';
import { stepId } from './read-steps.ts';
import { toMs } from './time.ts';

type RawRow = Readonly<Record<string, unknown>>;

/** All of one row. @throws PAGE_NOT_FOUND */
export function readRow(sqlite: Database, shape: HeadShape, id: string): RowDetail {
  const { table, values } = readRaw(sqlite, shape, id);
  return { id, table: table.name, values: toValues(values) };
}

/** The bytes of a cell; of a text, in UTF-8. @throws PAGE_NOT_FOUND */
export function readBytes(sqlite: Database, shape: HeadShape, id: string, column: string): Uint8Array {
  const value = readRaw(sqlite, shape, id).values[column];
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return Buffer.from(value);
  throw unknownRow(`${id}.${column}`);
}

export function readRaw(
  sqlite: Database,
  shape: HeadShape,
  id: string,
): { readonly table: TimelineTable; readonly key: string; readonly values: RawRow } {
  const at = id.indexOf(':');
  const table = shape.timeline.find(({ name }) => name === id.slice(0, at));
  const key = id.slice(at + 1);
  if (!table) throw unknownRow(id);
  const sql = `SELECT * FROM ${quoteIdentifier(table.name)} WHERE ${quoteIdentifier(table.key)} = ?`;
  const values = sqlite.prepare<[string], RawRow>(sql).safeIntegers().get(key);
  if (!values) throw unknownRow(id);
  return { table, key, values };
}

export function toValues(row: RawRow): RowValues {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toCell(value)]));
}

/** The session's own row; null where there is none. */
export function readSessionRow(
  sqlite: Database,
  { sessions }: HeadShape,
  id: string | null,
): RowValues | null {
  if (!sessions || id === null) return null;
  const sql = `SELECT * FROM ${quoteIdentifier(sessions.name)} WHERE ${quoteIdentifier(sessions.id)} = ?`;
  const row = sqlite.prepare<[string], RawRow>(sql).safeIntegers().get(id);
  return row ? toValues(row) : null;
}

/** Longer parts are cut: all of them are asked for by themselves. */
const partsLimit = 131_072;

/** A session's messages, in their order. */
export function readMessages(
  sqlite: Database,
  shape: HeadShape,
  {
    sessionId,
    offset,
    limit,
  }: { readonly sessionId: string | null; readonly offset: number; readonly limit: number },
): Message[] {
  const table = shape.timeline.find(({ kind }) => kind === 'message');
  if (!table) return [];
  const { roles, key } = table;
  const column = (name: string | undefined) => (name ? quoteIdentifier(name) : 'NULL');
  const parts = column(roles.preview);
  const where = sessionId === null ? '' : `WHERE ${quoteIdentifier(table.sessionId)} = ?`;
  const rows = sqlite
    .prepare<unknown[], { key: string | number; role: string; at: unknown; parts: string; isCut: number }>(
      `SELECT ${quoteIdentifier(key)} AS "key", ${column(roles.label)} AS role, ${column(roles.startedAt)} AS at,
        substr(${parts}, 1, ${partsLimit}) AS parts, length(${parts}) > ${partsLimit} AS isCut
      FROM ${quoteIdentifier(table.name)} ${where} ORDER BY 1 LIMIT ? OFFSET ?`,
    )
    .all(...(sessionId === null ? [] : [sessionId]), limit, offset);
  return rows.map((row) => ({
    id: stepId(table.name, row.key),
    role: String(row.role ?? ''),
    startedAtMs: toMs(row.at),
    parts: row.parts ?? '[]',
    isCut: row.isCut === 1,
  }));
}

/** Some rows of any table of head. Long texts are cut. @throws TABLE_UNKNOWN */
export function readTablePage(
  sqlite: Database,
  { tables }: HeadShape,
  { name, offset, limit }: { readonly name: string; readonly offset: number; readonly limit: number },
): TablePage {
  const table = tables.find((it) => it.name === name);
  if (!table) {
    throw new VarveError('TABLE_UNKNOWN', `head has no table ${name}`, {
      hint: 'choose one of the tables listed',
    });
  }
  const from = quoteIdentifier(name);
  const rows = sqlite
    .prepare<[number, number], unknown[]>(`SELECT ${cutColumns(table)} FROM ${from} LIMIT ? OFFSET ?`)
    .raw()
    .safeIntegers()
    .all(limit, offset) as unknown[][];
  const total = sqlite.prepare<[], number>(`SELECT count(*) FROM ${from}`).pluck().get() ?? 0;
  return { columns: table.columns.map((it) => it.name), rows: rows.map((row) => row.map(toCell)), total };
}

function cutColumns({ columns }: HeadTable): string {
  return columns
    .map(({ name }) => quoteIdentifier(name))
    .map(
      (name) =>
        `CASE WHEN typeof(${name}) = 'text' THEN substr(${name}, 1, 2000) ELSE ${name} END AS ${name}`,
    )
    .join(', ');
}

function unknownRow(id: string): VarveError {
  return new VarveError('PAGE_NOT_FOUND', `the session has no row ${id}`, { hint: 'load the session again' });
}
