import { nameKey, rowidNames } from '../sql/index.ts';
import type { Arm, Relation, Stage, TableSource } from './program.ts';
import { anything, nulls } from './storage-classes.ts';
import { storedValue } from './stored-value.ts';
import type { TableShape } from './table-shape.ts';
import type { Step } from './trace-lineage.ts';
import { classesOfColumn, columnValue, literalExpression, type Value } from './value.ts';

/** The table that rows lie in under the rowids they have; undefined for rows that SQLite gave new ones. */
export function rowidSource({ arms: [arm, ...others], renumberedBy }: Relation): TableSource | undefined {
  if (!arm || others.length > 0 || renumberedBy) return undefined;
  if (arm.source.kind === 'table') return arm.source;
  return arm.source.kind === 'relation' ? rowidSource(arm.source.relation) : undefined;
}

/** The rows of a relation where a stage has stored them. */
export function storedRelation(
  relation: Relation,
  { name, stage, source }: { name: string; stage: Stage; source: TableSource | undefined },
): Relation {
  const { columns, renumberedBy } = relation;
  const merged = mergedValues(relation);
  const values = columns.map((column) => {
    const value = merged.get(nameKey(column));
    if (!value) return undefined;
    const { affinity, collation, classes } = value;
    return columnValue(column, { affinity, collation, classes });
  });
  const counted = source && { countedBy: source.countedBy ?? source };
  const stored = { kind: 'table', name, rowid: source?.rowid, stage, ...counted } as const;
  return {
    columns,
    renumberedBy,
    arms: [{ values, source: stored, where: undefined, reads: new Map(), materializeReason: undefined }],
  };
}

/** The rows of a table as it lies, under the name it lies there. */
export function tableRelation(table: TableShape, name = table.name, stage?: Stage): Relation {
  const values = table.columns.map((column) =>
    columnValue(column.name, {
      affinity: column.affinity,
      collation: column.collation,
      classes: classesOfColumn(column, table.isStrict, column.name === table.rowidAlias),
    }),
  );
  const source = { kind: 'table', name, rowid: rowidName(table), stage } as const;
  return {
    columns: table.columns.map((column) => column.name),
    arms: [{ values, source, where: undefined, reads: new Map(), materializeReason: undefined }],
    renumberedBy: undefined,
  };
}

/** The same, where a column may hold what it would not store. */
export function looseRelation(table: TableShape): Relation {
  return projectRelation(
    tableRelation(table),
    table.columns.map((column) => column.name),
    (values) => values.map((value) => value && { ...value, classes: anything }),
  );
}

/** A column may take each of the names that SQLite has for the rowid. */
export function rowidName({ hasRowid, columns }: TableShape): string | undefined {
  const taken = new Set(columns.map((column) => nameKey(column.name)));
  return hasRowid ? rowidNames.find((name) => !taken.has(name)) : undefined;
}

export function emptyRelation(table: TableShape): Relation {
  const values = table.columns.map((column) => storedValue(literalExpression('NULL', nulls), column));
  return {
    columns: table.columns.map((column) => column.name),
    arms: [
      {
        values,
        source: { kind: 'nothing' },
        where: undefined,
        reads: new Map(),
        materializeReason: undefined,
      },
    ],
    renumberedBy: undefined,
  };
}

export function appendArms(relation: Relation, arms: readonly Arm[], step: Step): Relation {
  const kept = relation.arms.filter((arm) => arm.source.kind !== 'nothing');
  const joined = [...kept, ...arms];
  return joined.length === 0 ? relation : { ...relation, arms: joined, renumberedBy: step };
}

/** The same rows with other columns: a rename, a dropped or an added column needs no step of its own. */
export function projectRelation(
  relation: Relation,
  columns: readonly string[],
  project: (values: Arm['values']) => Arm['values'],
): Relation {
  return {
    ...relation,
    columns,
    arms: relation.arms.map((arm) => ({ ...arm, values: project(arm.values) })),
  };
}

export function isEmpty({ arms }: Relation): boolean {
  return arms.every((arm) => arm.source.kind === 'nothing');
}

/** The same rows without some columns: SQLite computes either all generated columns of a table or none. */
export function withoutColumns(relation: Relation, left: readonly string[]): Relation {
  const keep = <T>(list: readonly T[]): T[] =>
    list.filter((_, at) => !left.includes(relation.columns[at] ?? ''));
  return projectRelation(relation, keep(relation.columns), keep);
}

/** What each column can be in any of the arms, by name key. */
export function mergedValues(relation: Relation): Map<string, Value | undefined> {
  return new Map(
    relation.columns.map((name, at) => [
      nameKey(name),
      mergeValues(
        relation.arms.map((arm) => arm.values[at]),
        name,
      ),
    ]),
  );
}

function mergeValues(values: readonly (Value | undefined)[], name: string): Value | undefined {
  const known = values.filter((value) => value !== undefined);
  const first = known[0];
  if (!first || known.length < values.length) return undefined;
  return columnValue(name, {
    affinity: first.affinity,
    collation: first.collation,
    classes: known.reduce((classes, value) => classes | value.classes, 0),
    cost: Math.max(...known.map((value) => value.cost)),
    depth: Math.max(...known.map((value) => value.depth)),
    canFail: known.some((value) => value.canFail),
  });
}
