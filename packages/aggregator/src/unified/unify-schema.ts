import type { TableModule } from '@varve/migrations';
import { drizzleExport } from '@varve/schema/internal';
import type * as orm from 'drizzle-orm';
import { type AnyColumn, getTableColumns, is, type Table } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { UnifiedSchema } from './unified-schema.ts';
import type { UnifiedTable, UnifiedTables } from './unified-tables.ts';
import { viewColumnName } from './view-names.ts';

type AnyUnifiedTable = UnifiedTable<SQLiteTable>;
type Counterparts = ReadonlyMap<unknown, AnyUnifiedTable>;

/** What only Drizzle 0.45 exports. */
interface OldDrizzle {
  readonly Many: typeof orm.Many;
  readonly One: typeof orm.One;
  readonly Relations: typeof orm.Relations;
  readonly createHelpers: typeof orm.createTableRelationsHelpers;
}

function oldDrizzle(): OldDrizzle {
  return {
    Many: drizzleExport('Many') as typeof orm.Many,
    One: drizzleExport('One') as typeof orm.One,
    Relations: drizzleExport('Relations') as typeof orm.Relations,
    createHelpers: drizzleExport('createTableRelationsHelpers') as typeof orm.createTableRelationsHelpers,
  };
}

/** For Drizzle 0.45: adds to unified tables the relations of the lineage's schema module, joined by archive as well. */
export function unifySchema<TTables extends TableModule>(
  tables: TTables,
  unified: UnifiedTables<TTables>,
): UnifiedSchema<TTables> {
  const old = oldDrizzle();
  const counterparts = new Map<unknown, AnyUnifiedTable>(
    Object.entries(unified).map(([key, table]) => [tables[key], table as AnyUnifiedTable]),
  );
  const relations = Object.entries(tables).flatMap(([key, value]) =>
    is(value, old.Relations) && counterparts.has(value.table)
      ? [[key, unifyRelations(value, counterparts, old)]]
      : [],
  );
  return { ...unified, ...Object.fromEntries(relations) };
}

function unifyRelations(
  relations: orm.Relations,
  counterparts: Counterparts,
  old: OldDrizzle,
): orm.Relations {
  const own = relations.config(old.createHelpers(relations.table));
  const unified = Object.entries(own).flatMap(([name, relation]) => {
    const counterpart = unifyRelation(relation, counterparts, old);
    return counterpart ? [[name, counterpart.withFieldName(name)]] : [];
  });
  return new old.Relations(counterparts.get(relations.table) as Table, () => Object.fromEntries(unified));
}

/** Undefined for a relation to a table that the schema module does not export. */
function unifyRelation(
  relation: orm.Relation,
  counterparts: Counterparts,
  { Many, One }: OldDrizzle,
): orm.Relation | undefined {
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
    ...columns.map((column) => own.find((it) => it.name === viewColumnName(column.name)) as SQLiteColumn),
  ];
}
