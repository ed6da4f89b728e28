import { moduleRelations, type RelatedTable } from '@varve/core/internal';
import type { TableModule } from '@varve/migrations';
import type { UnifiedTables } from './unified-tables.ts';

/** A column as a relation of Drizzle 1.0 names it. */
interface RelationColumn {
  readonly _: { readonly tableName: string; readonly key: string; readonly column: unknown };
}

/** As far as it has to be changed. */
interface Relation {
  readonly targetTableName: string;
  readonly sourceTable: unknown;
  readonly targetTable: unknown;
  readonly sourceColumns: readonly RelationColumn[];
  readonly targetColumns: readonly RelationColumn[];
  readonly throughTable?: unknown;
  readonly through?: {
    readonly source: readonly RelationColumn[];
    readonly target: readonly RelationColumn[];
  };
}

type Unified = Readonly<Record<string, { readonly _archive: unknown }>>;

/** For Drizzle 1.0: the unified tables with the relations of the lineage's schema module, joined by archive as well. */
export function unifyRelations<TTables extends TableModule>(
  tables: TTables,
  unifiedTables: UnifiedTables<TTables>,
): Record<string, RelatedTable> {
  const unified = unifiedTables as unknown as Unified;
  const keys = new Map(Object.entries(tables).map(([key, table]) => [table, key]));
  const related = Object.entries(moduleRelations(tables)).flatMap(([key, { relations }]) => {
    const table = unified[key];
    if (!table) return [];
    const own = Object.entries(relations as Readonly<Record<string, Relation>>).flatMap(
      ([name, relation]) => {
        const counterpart = unifyRelation(relation, key, { unified, keys });
        return counterpart ? [[name, counterpart]] : [];
      },
    );
    return [[key, { table, name: key, relations: Object.fromEntries(own) }]];
  });
  return Object.fromEntries(related);
}

interface Counterparts {
  readonly unified: Unified;
  /** The name by which the schema module exports a table. */
  readonly keys: ReadonlyMap<unknown, string>;
}

/** Undefined for a relation to a table, or through one, that the schema module does not export. */
function unifyRelation(relation: Relation, key: string, { unified, keys }: Counterparts): object | undefined {
  const { targetTableName, sourceColumns, targetColumns, throughTable, through } = relation;
  const source = archiveColumn(unified, key);
  const target = archiveColumn(unified, targetTableName);
  const junction = throughTable === undefined ? undefined : archiveColumn(unified, keys.get(throughTable));
  if (!source || !target || (throughTable !== undefined && !junction)) return undefined;
  const changed = {
    sourceTable: unified[key],
    targetTable: unified[targetTableName],
    sourceColumns: [source, ...sourceColumns],
    targetColumns: [target, ...targetColumns],
    ...(through &&
      junction && {
        throughTable: unified[junction._.tableName],
        through: { source: [junction, ...through.source], target: [junction, ...through.target] },
      }),
  };
  return Object.assign(Object.create(Object.getPrototypeOf(relation)), relation, changed);
}

function archiveColumn(unified: Unified, tableName = ''): RelationColumn | undefined {
  const table = unified[tableName];
  return table && { _: { tableName, key: '_archive', column: table._archive } };
}
