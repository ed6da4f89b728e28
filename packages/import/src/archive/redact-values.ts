import type { Redact } from '@varve/core';
import { redactRow } from '@varve/core/internal';
import { isJsonColumn } from '@varve/schema';
import { getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';

type Values = Readonly<Record<string, unknown>>;

/** What an import finds its archives and their parents by. */
const kept: ReadonlySet<string> = new Set([
  'id',
  'seq',
  'sessionId',
  'parentSessionId',
  'parentCallSeq',
  'parentToolCallId',
]);

/** As a recorder does before it stores a row; JSON is text here, or UTF-8. */
export function redactValues(redact: Redact, table: SQLiteTable, values: Values): Record<string, unknown> {
  const columns = getTableColumns(table);
  const isJson = (key: string) => columns[key] !== undefined && isJsonColumn(columns[key]);
  const told = Object.entries(values).filter(([key]) => !kept.has(key));
  const given = Object.fromEntries(told.map(([key, value]) => [key, isJson(key) ? parsed(value) : value]));
  const left = redactRow(redact, getTableName(table), given);
  const changed = Object.entries(left).filter(([key, value]) => value !== given[key]);
  const written = changed.map(([key, value]) => [key, isJson(key) ? (JSON.stringify(value) ?? null) : value]);
  return { ...values, ...Object.fromEntries(written) };
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string' && !Buffer.isBuffer(value)) return value;
  return JSON.parse(value.toString());
}
