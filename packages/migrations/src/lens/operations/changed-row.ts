import { nameKey } from '../../sql/index.ts';
import { choiceOfValues, explicitColumn, storedValue, withColumnsComputedOnce } from '../stored-value.ts';
import type { ColumnShape } from '../table-shape.ts';
import type { Expression, Value } from '../value.ts';

/** What an UPDATE does to one column. */
export interface Change {
  readonly stored: Expression;
  readonly condition: Expression | undefined;
  /** The row's columns, by name key or as the SQL of one that is JSONB, once for each mention. */
  readonly uses: readonly string[];
  /** The same of the forms that are JSONB. */
  readonly jsonbUses: readonly string[];
}

type Values = ReadonlyMap<string, Value | undefined>;

/** As many nodes as it may be worth computing twice. */
const cheap = 8;

/**
 * A row that an UPDATE reads and changes. A column that is itself an expression is computed once for each change that
 * mentions it more than once: otherwise the work would double with every update of the same column.
 */
export class ChangedRow {
  /** What expressions are read against: the row's columns as if each were a plain column. */
  readonly values: Values;
  readonly #known: Values;
  /** The columns that are there as JSONB too, by the SQL for that. */
  readonly #jsonb: ReadonlyMap<string, Value>;
  readonly #alias: string;

  constructor(known: Values, alias: string) {
    this.#known = known;
    this.#jsonb = new Map(
      [...known.values()].flatMap((value) => (value?.jsonb === undefined ? [] : [[value.jsonb, value]])),
    );
    this.#alias = alias;
    this.values = new Map([...known].map(([key, value]) => [key, value && { ...value, cost: 1, depth: 1 }]));
  }

  changedValue({ stored, condition, uses, jsonbUses }: Change, column: ColumnShape): Value {
    const key = nameKey(column.name);
    const kept = this.values.get(key);
    const isChoice = condition !== undefined && kept !== undefined;
    const value = isChoice ? choiceOfValues(condition, stored, kept, column) : storedValue(stored, column);
    const [all, allOfJsonb] = isChoice
      ? [
          [...uses, key],
          [...jsonbUses, kept.jsonb ?? key],
        ]
      : [uses, jsonbUses];
    const costly = [...new Set(all)].flatMap((use) => this.#costly(use));
    const once = this.#once(all);
    return {
      ...value,
      column: once.length > 0 ? undefined : value.column,
      sql: withColumnsComputedOnce(value.sql, once, this.#alias),
      jsonb: value.jsonb && withColumnsComputedOnce(value.jsonb, this.#once(allOfJsonb), this.#alias),
      cost: value.cost + costly.reduce((sum, it) => sum + it.cost, 0),
      depth: value.depth + Math.max(0, ...costly.map((it) => it.depth)),
    };
  }

  #once(uses: readonly string[]): string[] {
    const repeated = [...new Set(uses)].filter((use) => uses.indexOf(use) !== uses.lastIndexOf(use));
    return repeated.flatMap((use) =>
      this.#costly(use).map((value) => (value.jsonb === use ? `${use} AS ${use}` : explicitColumn(value))),
    );
  }

  #costly(use: string): Value[] {
    const value = this.#known.get(use) ?? this.#jsonb.get(use);
    return value && value.cost > cheap ? [value] : [];
  }
}
