import type { TableModule } from '@varve/migrations';
import { drizzleExport } from '@varve/schema/internal';
import { is, Table, View } from 'drizzle-orm';

/** What `defineRelations` of Drizzle 1.0 makes for a table. */
export interface RelatedTable {
  readonly table: unknown;
  readonly name: string;
  readonly relations: Readonly<Record<string, object>>;
}

type Define = (tables: TableModule) => Readonly<Record<string, RelatedTable>>;

/**
 * For Drizzle 1.0: every table of a schema module, with all relations that the module exports for it. A module may export
 * several parts, as that of the standard tables and one of its own.
 */
export function moduleRelations(tables: TableModule): Record<string, RelatedTable> {
  const define = drizzleExport('defineRelations') as Define;
  const joined: Record<string, RelatedTable> = { ...define(tables) };
  for (const [key, part] of Object.values(tables)
    .filter(isDefined)
    .flatMap(Object.entries<RelatedTable>)) {
    const known = joined[key] ?? part;
    joined[key] = { ...known, relations: { ...known.relations, ...part.relations } };
  }
  return joined;
}

function isDefined(value: unknown): value is Readonly<Record<string, RelatedTable>> {
  if (typeof value !== 'object' || value === null || is(value, Table) || is(value, View)) return false;
  const parts: unknown[] = Object.values(value);
  return parts.length > 0 && parts.every(isRelatedTable);
}

function isRelatedTable(value: unknown): value is RelatedTable {
  if (typeof value !== 'object' || value === null || !('table' in value)) return false;
  const isEntry = is(value.table, Table) || is(value.table, View);
  return isEntry && 'name' in value && 'relations' in value;
}
