import { type Relation, Stage } from '../program.ts';
import { rowidSource, storedRelation } from '../relation.ts';

/** How much one query may become before its rows are stored on the way. */
export interface QueryLimits {
  /** Queries, nested or joined. */
  readonly weight: number;
  /** Levels of an expression: SQLite allows 1000, and its parser fewer where queries stand in it. */
  readonly depth: number;
}

/** Queries that SQLite prepares in a few milliseconds. */
export const usualLimits: QueryLimits = { weight: 60, depth: 200 };
/** For what the usual ones are still too much. */
export const leastLimits: QueryLimits = { weight: 1, depth: 20 };

export function isTooMuch(relation: Relation, { weight, depth }: QueryLimits): boolean {
  if (weightOf(relation) > weight) return true;
  return relation.arms.some(({ values }) =>
    values.some((value) => value !== undefined && value.depth > depth),
  );
}

const weights = new WeakMap<Relation, number>();

/** How many queries it is, once each stands in the place of its name. */
function weightOf(relation: Relation): number {
  const known = weights.get(relation);
  if (known !== undefined) return known;
  const weight = relation.arms.reduce((sum, { source, reads }) => {
    const nested = source.kind === 'relation' ? [source.relation, ...reads.values()] : [...reads.values()];
    return sum + 1 + nested.reduce((inner, it) => inner + weightOf(it), 0);
  }, 0);
  weights.set(relation, weight);
  return weight;
}

/** The same rows, from a TEMP table that a stage fills with them. */
export function storeRows(
  table: string,
  relation: Relation,
  id: number,
): { stage: Stage; relation: Relation } {
  const stage = new Stage(id);
  const name = stage.nameAfterwards(table);
  const source = rowidSource(relation);
  stage.store = { name, relation, rowid: source?.rowid };
  return { stage, relation: storedRelation(relation, { name, stage, source }) };
}
