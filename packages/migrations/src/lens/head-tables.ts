import { quoteIdentifier } from '../sql-tokens.ts';
import type { LensTable } from './lens.ts';
import type { LensTables } from './lens-tables.ts';
import { nameKey } from './name-key.ts';
import { Refused } from './refused.ts';
import type { Relation } from './relation.ts';
import { renderRelation } from './render-relation.ts';
import type { TableShape } from './table-shape.ts';
import type { Shape } from './trace-lineage.ts';

/** The tables of head, each with the cheapest exact way to read it. */
export function headTables(head: Shape, start: Shape, tables: LensTables): LensTable[] {
  const lensTables: LensTable[] = [...head.tables]
    .filter(([key]) => !head.temp.has(key))
    .map(([key, table]) => ({
      ...ordinaryTable(table, start.tables.get(key), tables.get(table.name)),
      ...rowidFacts(table, tables.get(table.name)),
    }));
  const opaque = [...head.opaque.values()].map(({ name, columns }) => ({
    ...identityTable(name, columns),
    hasFreeRowids: false,
    wholeOf: name,
  }));
  return [...lensTables, ...opaque];
}

type RowidFacts = Pick<LensTable, 'hasFreeRowids' | 'wholeOf'>;

function rowidFacts(table: TableShape, relation: Relation): RowidFacts {
  const hasFreeRowids = !table.hasRowid || table.rowidAlias !== undefined || relation.isRenumbered;
  return { hasFreeRowids, wholeOf: wholeTable(relation) };
}

function wholeTable({ arms: [arm, ...others] }: Relation): string | undefined {
  if (!arm || others.length > 0 || arm.where !== undefined) return undefined;
  if (arm.source.kind === 'table') return arm.source.name;
  return arm.source.kind === 'relation' ? wholeTable(arm.source.relation) : undefined;
}

function ordinaryTable(
  table: TableShape,
  before: TableShape | undefined,
  relation: Relation,
): Omit<LensTable, keyof RowidFacts> {
  const columns = table.columns.map((column) => column.name);
  if (columns.join('\0') !== relation.columns.join('\0')) {
    throw new Refused(`the columns of ${table.name} are not those that were compiled`);
  }
  if (before && isIdentity(table, before, relation)) return identityTable(table.name, columns);
  const why = reasonToMaterialize(columns, relation);
  const generated = table.columns.filter((column) => column.isGenerated).map((column) => column.name);
  const read = withoutColumns(relation, columns, why ? generated : []);
  return {
    name: table.name,
    columns: read.columns,
    strategy: why ? 'materialized' : 'view',
    why: why ?? 'pending migrations change it',
    select: (schema) => renderRelation(read, schema),
  };
}

function reasonToMaterialize(columns: readonly string[], { arms }: Relation): string | undefined {
  const computed = columns.filter((_, at) => arms.some((arm) => arm.values[at] === undefined));
  if (computed.length > 0) return `SQLite must compute ${computed.join(', ')}`;
  return arms.find((arm) => arm.dear !== undefined)?.dear;
}

function identityTable(name: string, columns: readonly string[]): Omit<LensTable, keyof RowidFacts> {
  const list = columns.map(quoteIdentifier).join(', ');
  return {
    name,
    columns,
    strategy: 'identity',
    why: undefined,
    select: (schema) => `SELECT ${list}\nFROM ${quoteIdentifier(schema)}.${quoteIdentifier(name)}`,
  };
}

/** SQLite computes either all generated columns of a table or none. */
function withoutColumns(relation: Relation, columns: readonly string[], left: readonly string[]): Relation {
  const keep = <T>(list: readonly T[]): T[] => list.filter((_, at) => !left.includes(columns[at] ?? ''));
  return {
    ...relation,
    columns: keep(columns),
    arms: relation.arms.map((arm) => ({ ...arm, values: keep(arm.values) })),
  };
}

/**
 * The file's own table is head's when it shows the same rows in the same columns. A column that is nothing but a
 * column of the file, under its own collation, has the affinity it had.
 * Copied rows have new rowids: only where these cannot be asked for by another name is the old table as good.
 */
function isIdentity(table: TableShape, before: TableShape, relation: Relation): boolean {
  const [arm] = relation.arms;
  if (relation.arms.length !== 1 || arm?.source.kind !== 'table' || arm.where !== undefined) return false;
  if (nameKey(arm.source.name) !== nameKey(table.name) || before.hasRowid !== table.hasRowid) return false;
  if (relation.isRenumbered && table.hasRowid && table.rowidAlias === undefined) return false;
  return (
    before.columns.length === table.columns.length &&
    before.rowidAlias === table.rowidAlias &&
    table.columns.every((column, at) => {
      const old = before.columns[at];
      const value = arm.values[at];
      return (
        old?.name === column.name && value?.column === column.name && value.ownCollation === value.collation
      );
    })
  );
}
