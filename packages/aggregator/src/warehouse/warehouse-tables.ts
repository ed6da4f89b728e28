import { createHash } from 'node:crypto';
import type { Lineage } from '@varve/migrations';
import { type HeadColumn, type HeadTable, listJsonColumns, readHeadTables } from '../unified/index.ts';
import type { WarehouseKind, WarehouseTable } from './contract.ts';

/** The tables of head, as every engine has them. */
export function warehouseTables(lineage: Lineage): WarehouseTable[] {
  const json = listJsonColumns(lineage);
  return readHeadTables(lineage).map((table) => ({
    name: table.name,
    columns: table.columns.map((column) => ({
      name: column.name,
      kind: json.has(`${table.name}.${column.name}`) ? 'json' : kindOf(column.type),
    })),
    key: keyOf(table),
  }));
}

/** Changes whenever the rows of an archive might be read otherwise. */
export function headDigest({ name, migrations }: Lineage): string {
  const text = JSON.stringify([name, ...migrations.map(({ sql }) => sql)]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Source: https://www.sqlite.org/datatype3.html §3.1. What has NUMERIC affinity holds integers and reals. */
function kindOf(type: string): WarehouseKind {
  if (/INT/i.test(type)) return 'integer';
  if (/CHAR|CLOB|TEXT/i.test(type)) return 'text';
  if (/BLOB/i.test(type)) return 'blob';
  return /REAL|FLOA|DOUB/i.test(type) ? 'real' : 'mixed';
}

/** SQLite lets NULL into a primary key, but for a rowid's other name. */
function keyOf({ primaryKey, columns }: HeadTable): string[] {
  const parts = primaryKey.map(({ name }) => columns.find((column) => column.name === name) as HeadColumn);
  const isRowid = parts.length === 1 && /^INTEGER$/i.test(parts[0]?.type ?? '');
  const isTold = parts.every(({ isNotNull, type }) => isNotNull && /INT|CHAR|CLOB|TEXT/i.test(type));
  return isRowid || isTold ? parts.map(({ name }) => name) : [];
}
