import type { Lineage } from '@varve/migrations';
import {
  isLedger,
  isSqliteError,
  nameKey,
  quoteIdentifier,
  readSchema,
  type SchemaObject,
  schemaAt,
} from '@varve/migrations/internal';
import type { Database } from '../file/index.ts';

export function tablesOf(sqlite: Database): SchemaObject[] {
  return readSchema(sqlite).filter(isTable);
}

/**
 * The tables of an upgraded copy whose rows are compared with what they should be: all but the ledger. A virtual table
 * that the lineage does not know shows what other tables hold, which are compared: its own, or one that pending
 * migrations change; or it needs a module that is not here. Nor can one be read that shows a table that is gone, or that has
 * no rowids.
 */
export function comparedTables(upgraded: Database, lineage: Lineage): SchemaObject[] {
  const tables = tablesOf(upgraded).filter(({ name }) => !isLedger(name, lineage));
  const strangers = strangersAmong(tables, lineage);
  return tables.filter(
    (table) => !isVirtual(table) || (!strangers.includes(table) && canBeRead(upgraded, table)),
  );
}

function canBeRead(sqlite: Database, { name }: SchemaObject): boolean {
  try {
    sqlite.prepare(`SELECT * FROM ${quoteIdentifier(name)} LIMIT 1`).all();
    return true;
  } catch (error) {
    if (isSqliteError(error) && error.code === 'SQLITE_ERROR') return false;
    throw error;
  }
}

/**
 * Those that the lineage, and so its lens, does not know, and whose rows may yet be others after an upgrade: by what a
 * foreign key of theirs does where a parent's row goes or changes.
 */
export function boundStrangers(tables: readonly SchemaObject[], lineage: Lineage): SchemaObject[] {
  return strangersAmong(tables, lineage).filter(({ sql }) => /\bREFERENCES\b/i.test(sql));
}

/** The texts that are to make the tables of an upgraded copy, by name: those that the lineage does not know keep theirs. */
export function textsAfter(original: Database, lineage: Lineage): ReadonlyMap<string, string> {
  const known = schemaAt(lineage, lineage.migrations.length).filter(isTable);
  return new Map([...tablesOf(original), ...known].map(({ name, sql }) => [name, sql]));
}

function strangersAmong(tables: readonly SchemaObject[], lineage: Lineage): SchemaObject[] {
  const head = schemaAt(lineage, lineage.migrations.length).filter(isTable);
  const known = new Set(head.map(({ name }) => nameKey(name)));
  return tables.filter(({ name }) => !known.has(nameKey(name)));
}

function isTable({ type }: SchemaObject): boolean {
  return type === 'table';
}

function isVirtual({ sql }: SchemaObject): boolean {
  return /^\s*CREATE\s+VIRTUAL\b/i.test(sql);
}
