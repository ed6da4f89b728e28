import { type Database, openMemory } from '../driver/index.ts';
import { createLedger } from '../ledger/index.ts';
import { type Lineage, registerFunctions } from '../lineage/index.ts';
import { readSchema, type SchemaObject } from '../replay/index.ts';
import { quoteIdentifier } from '../sql/index.ts';
import { installLens } from './install-lens.ts';
import type { Lens } from './lens.ts';
import { traceLineage } from './trace-lineage.ts';

/**
 * What SQLite says against a lens when it is laid over an empty file of its version, and asked for each table: one of
 * its limits is reached, on the depth of expressions, on compound terms, on columns. Undefined when it takes all.
 * Source: https://www.sqlite.org/limits.html
 */
export function findLimit(lens: Lens, lineage: Lineage): string | undefined {
  const changed = lens.tables.filter(({ strategy }) => strategy !== 'identity');
  if (changed.length === 0) return undefined;
  const sqlite = openMemory();
  try {
    makeTables(sqlite, lineage, lens.from);
    installLens(sqlite, lens);
    for (const { name } of changed) sqlite.prepare(`SELECT * FROM ${quoteIdentifier(name)}`);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    sqlite.close();
  }
}

function makeTables(sqlite: Database, lineage: Lineage, version: number): void {
  sqlite.pragma('foreign_keys = OFF');
  registerFunctions(sqlite, lineage);
  createLedger(sqlite, lineage.migrations[0], lineage);
  const { objects = [] } = traceLineage(lineage).shapes[version] ?? {};
  const isVirtual = ({ sql }: SchemaObject) => /^CREATE VIRTUAL/i.test(sql);
  for (const { sql } of objects.filter(isVirtual)) sqlite.exec(sql);
  // A virtual table has made those that it keeps for itself.
  const made = new Set(readSchema(sqlite).map(({ name }) => name));
  for (const { type, name, sql } of objects) if (type === 'table' && !made.has(name)) sqlite.exec(sql);
}
