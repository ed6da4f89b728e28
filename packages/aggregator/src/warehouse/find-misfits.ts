import type { Lineage } from '@varve/migrations';
import { type Database, quoteIdentifier } from '@varve/migrations/internal';
import { readDeclaredColumns, readSeenKinds } from '../export/index.ts';
import type { WarehouseKind, WarehouseTable } from './contract.ts';

/** The columns of a table for which a stage holds a value of another kind. */
export function findMisfits(sqlite: Database, table: WarehouseTable, lineage: Lineage): readonly string[] {
  const names = table.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const sql = `SELECT ${names} FROM main.${quoteIdentifier(table.name)}`;
  const seen = readSeenKinds(sqlite, sql, readDeclaredColumns(sqlite, sql, lineage));
  const misfits = table.columns.filter(({ kind }, at) => (seen[at] ?? []).some((it) => !fits(it, kind)));
  return misfits.map(({ name }) => name);
}

function fits(seen: string, kind: WarehouseKind): boolean {
  if (kind === 'mixed' || seen === kind) return true;
  return (kind === 'real' && seen === 'integer') || (kind === 'text' && seen === 'json');
}
