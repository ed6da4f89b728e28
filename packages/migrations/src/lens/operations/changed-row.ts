import { nameKey } from '../../sql/index.ts';
import { choiceOfValues, storedValue, withColumnsComputedOnce } from '../stored-value.ts';
import type { ColumnShape } from '../table-shape.ts';
import type { Expression, Value } from '../value.ts';

/** What an UPDATE does to one column. */
export interface Change {
  readonly stored: Expression;
  readonly condition: Expression | undefined;
  /** The name keys of the row's columns, once for each time that the result mentions them. */
  readonly uses: readonly string[];
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
  readonly #alias: string;

  constructor(known: Values, alias: string) {
    this.#known = known;
    this.#alias = alias;
    this.values = new Map([...known].map(([key, value]) => [key, value && { ...value, cost: 1, depth: 1 }]));
  }

  changedValue({ stored, condition, uses }: Change, column: ColumnShape): Value {
    const kept = this.values.get(nameKey(column.name));
    const value =
      condition && kept ? choiceOfValues(condition, stored, kept, column) : storedValue(stored, column);
    const costly = [...new Set(uses)].flatMap((key) => this.#costly(key));
    const isRepeated = (key: string) => uses.indexOf(key) !== uses.lastIndexOf(key);
    const once = costly.filter(({ column: name }) => isRepeated(nameKey(name ?? '')));
    const result = withColumnsComputedOnce(value, once, this.#alias);
    return {
      ...result,
      cost: value.cost + costly.reduce((sum, it) => sum + it.cost, 0),
      depth: value.depth + Math.max(0, ...costly.map((it) => it.depth)),
    };
  }

  #costly(key: string): Value[] {
    const value = this.#known.get(key);
    return value && value.cost > cheap ? [value] : [];
  }
}
