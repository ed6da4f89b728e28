import type { TableModule } from '@varve/migrations';
import {
  type AnyColumn,
  createTableRelationsHelpers,
  getTableColumns,
  is,
  Many,
  One,
  type Relation,
  Relations,
  type Table,
} from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { UnifiedTable, UnifiedTables } from './unified-tables.ts';

/** What `unified.db` is typed with: the unified tables, and the lineage's relations, each within one archive. */
export type UnifiedSchema<TTables extends TableModule> = UnifiedTables<TTables> & {
  readonly [K in keyof TTables as TTables[K] extends Relations ? K : never]: TTables[K];
};

type AnyUnifiedTable = UnifiedTable<SQLiteTable>;

/** Adds to unified tables the relations of the lineage's schema module, joined by archive as well. */
export function unifySchema<TTables extends TableModule>(
  tables: TTables,
  unified: UnifiedTables<TTables>,
): UnifiedSchema<TTables> {
  const counterparts = new Map<unknown, AnyUnifiedTable>(
    Object.entries(unified).map(([key, table]) => [tables[key], table as AnyUnifiedTable]),
  );
  const relations = Object.entries(tables).flatMap(([key, value]) =>
    is(value, Relations) && counterparts.has(value.table) ? [[key, unifyRelations(value, counterparts)]] : [],
  );
  return { ...unified, ...Object.fromEntries(relations) };
}

type Counterparts = ReadonlyMap<unknown, AnyUnifiedTable>;

function unifyRelations(relations: Relations, counterparts: Counterparts): Relations {
  const own = relations.config(createTableRelationsHelpers(relations.table));
  const unified = Object.entries(own).flatMap(([name, relation]) => {
    const counterpart = unifyRelation(relation, counterparts);
    return counterpart ? [[name, counterpart.withFieldName(name)]] : [];
  });
  return new Relations(counterparts.get(relations.table) as Table, () => Object.fromEntries(unified));
}

/** Undefined for a relation to a table that the schema module does not export. */
function unifyRelation(relation: Relation, counterparts: Counterparts): Relation | undefined {
  const source = counterparts.get(relation.sourceTable);
  const target = counterparts.get(relation.referencedTable);
  if (!source || !target) return undefined;
  if (!is(relation, One)) return new Many(source, target, is(relation, Many) ? relation.config : undefined);
  const config = relation.config && {
    ...relation.config,
    fields: withArchive(source, relation.config.fields),
    references: withArchive(target, relation.config.references),
  };
  return new One(source, target, config, relation.isNullable);
}

function withArchive(table: AnyUnifiedTable, columns: readonly AnyColumn[]): SQLiteColumn[] {
  const own = Object.values(getTableColumns(table)) as SQLiteColumn[];
  return [
    table._archive,
    ...columns.map((column) => own.find((it) => it.name === column.name) as SQLiteColumn),
  ];
}
