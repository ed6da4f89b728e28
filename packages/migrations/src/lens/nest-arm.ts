import { nameKey, quoteIdentifier } from '../sql/index.ts';
import type { Arm, Relation } from './program.ts';
import { mergedValues } from './relation.ts';
import { anything } from './storage-classes.ts';
import { columnValue, type Expression, type Value } from './value.ts';

/** A SELECT that reads the rows of an arm. */
export interface Reading {
  readonly columns: readonly string[];
  /** The name by which its expressions know the rows. */
  readonly alias: string;
  readonly reads?: Arm['reads'];
  readonly expressions?: readonly Expression[];
  /** True when they read columns as JSONB. */
  readonly usesJsonb?: boolean;
}

/** An arm that reads the rows of another, so that expressions written against its columns mean the same. */
export function nestArm(
  arm: Arm,
  { columns, alias, reads = new Map(), expressions = [], usesJsonb = false }: Reading,
): Arm {
  const reason = barrierReason(arm, expressions);
  const jsonb = reason && !usesJsonb ? [] : jsonbColumns(arm, columns);
  const relation = withJsonb(arm, columns, jsonb);
  const materializedRead = [...reads.values()]
    .flatMap((read) => read.arms)
    .find((it) => it.materializeReason !== undefined);
  return {
    values: arm.values.map((value, at) => {
      if (!value) return undefined;
      const column = columnValue(columns[at] ?? '', reason ? withoutSize(value) : value);
      const name = jsonb.find((it) => it.at === at)?.name;
      return name === undefined ? column : { ...column, jsonb: quoteIdentifier(name) };
    }),
    source: { kind: 'relation', alias, relation, isBarrier: reason !== undefined },
    where: undefined,
    reads,
    materializeReason: reason ?? arm.materializeReason ?? materializedRead?.materializeReason,
  };
}

interface JsonbColumn {
  readonly at: number;
  readonly name: string;
  readonly sql: string;
}

/** Next to a column that is JSON made by functions of SQLite the same as JSONB, for the expressions above to go on with. */
function jsonbColumns({ values }: Arm, columns: readonly string[]): JsonbColumn[] {
  return values.flatMap((value, at): JsonbColumn[] => {
    if (value?.jsonb === undefined) return [];
    const name = `${columns[at]} as JSONB`;
    const isFree = columns.every((column) => nameKey(column) !== nameKey(name));
    return isFree ? [{ at, name, sql: value.jsonb }] : [];
  });
}

function withJsonb(arm: Arm, columns: readonly string[], jsonb: readonly JsonbColumn[]): Relation {
  const values = jsonb.map(({ name, sql }) => ({
    ...columnValue(name, { affinity: undefined, collation: 'BINARY', classes: anything }),
    ownCollation: 'BINARY',
    column: sql === quoteIdentifier(name) ? name : undefined,
    sql,
  }));
  return {
    columns: [...columns, ...jsonb.map(({ name }) => name)],
    arms: [{ ...arm, values: [...arm.values, ...values] }],
    renumberedBy: undefined,
  };
}

/** What the columns of an arm are to the expressions over it, by name key. */
export function valuesOfArm(arm: Arm, columns: readonly string[]): Map<string, Value | undefined> {
  const known = mergedValues({ columns, arms: [arm], renumberedBy: undefined });
  for (const { at, name } of jsonbColumns(arm, columns)) {
    const key = nameKey(columns[at] ?? '');
    const value = known.get(key);
    if (value) known.set(key, { ...value, jsonb: quoteIdentifier(name) });
  }
  return known;
}

function withoutSize({ affinity, collation, classes }: Value) {
  return { affinity, collation, classes };
}

/** Well under the 1000 levels that SQLite allows an expression, and what it prepares in a few milliseconds. */
const mostDepth = 200;
const mostNodes = 3000;

function barrierReason(arm: Arm, expressions: readonly Expression[]): string | undefined {
  const values = arm.values.filter((value) => value !== undefined);
  if (values.some((value) => value.depth > mostDepth || value.cost > mostNodes)) {
    return 'many pending updates build on one another';
  }
  if (isFiltered(arm) && expressions.some((expression) => expression.canFail)) {
    return 'an expression that can fail must not see rows that were deleted before';
  }
  return undefined;
}

export function isFiltered({ where, source }: Arm): boolean {
  if (where !== undefined) return true;
  return source.kind === 'relation' && !source.isBarrier && source.relation.arms.some(isFiltered);
}
