import type { Lineage } from '../../lineage/index.ts';
import { type Expr, identifierOf, nameKey, quoteIdentifier, tokenizeSql } from '../../sql/index.ts';
import { chainSql } from '../json-chain.ts';
import { LensTables } from '../lens-tables.ts';
import { tableIn } from '../operation.ts';
import { type Below, putOver } from '../put-over.ts';
import { readExpression } from '../read-expression.ts';
import { Refused } from '../refused.ts';
import { tableRelation } from '../relation.ts';
import type { Scope } from '../scope.ts';
import { indexesOf, type Shape } from '../shape.ts';
import { usualLimits } from '../stage/store-rows.ts';
import { parseStatement } from '../statement-text.ts';
import type { ColumnShape, TableShape } from '../table-shape.ts';
import type { Step } from '../trace-lineage.ts';
import type { JsonChain, Value } from '../value.ts';
import { chainedValue } from './chained-value.ts';
import { asBelow } from './compose-update.ts';
import { keepsShallow } from './keeps-shallow.ts';
import { partsOf, type Update } from './update-rows.ts';

/**
 * One UPDATE that leaves what several leave that are run one after another on a table as a shape has it, and fails where
 * one of them does: each row is read and written once. Undefined where none is known.
 */
export function updatesInOne(steps: readonly Step[], shape: Shape, lineage: Lineage): string | undefined {
  try {
    const updates = steps.map(({ statement }) => partsOf(parseStatement(statement, 'UpdateStmt')));
    const table = tableIn(shape, updates[0]?.table ?? '');
    if (!updates.every((it) => isOf(table, it)) || !areFree(table, shape, updates)) return undefined;
    const row = new ComposedRow(table, shape, lineage);
    const isKnown = updates.every((update, at) => row.change(update, steps[at]?.statement.text ?? ''));
    return isKnown ? row.sql : undefined;
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

function isOf({ name }: TableShape, { table, alias }: Update): boolean {
  return nameKey(table) === nameKey(name) && alias === table;
}

/** Whether nobody sees, in between, what the columns hold that are set: no constraint, no index, no trigger. */
function areFree(table: TableShape, shape: Shape, updates: readonly Update[]): boolean {
  const key = nameKey(table.name);
  const isWatched = shape.objects.some((it) => it.type === 'trigger' && nameKey(it.table) === key);
  const isPlain = !table.isStrict && !table.resolvesConflicts && !shape.temp.has(key) && !isWatched;
  if (!isPlain || table.columns.some(({ isGenerated }) => isGenerated) || /\bCHECK\b/i.test(table.ddl))
    return false;
  const indexed = indexesOf(table.name, shape).flatMap(({ sql }) =>
    [...tokenizeSql(sql)].map((token) => nameKey(identifierOf(token) ?? '')),
  );
  const seen = new Set([...(shape.uniqueKeys.get(key) ?? []).flat(), ...indexed, table.rowidAlias ?? '']);
  return ![...seen].some((column) => updates.some(({ assignments }) => assignments.has(nameKey(column))));
}

/** As deep as an expression may become. */
const mostDepth = 100;

/** What an UPDATE sets a column to. */
interface Assignment {
  readonly node: Expr;
  readonly where: Expr | undefined;
}

/** What an update meets: the row as those before it leave it, by the row as it was. */
interface Met {
  readonly below: Below;
  /** By name key. */
  readonly values: ReadonlyMap<string, Value | undefined>;
  readonly changed: ReadonlySet<string>;
}

/** A row of the table as it was, and what its columns are set to. */
class ComposedRow {
  readonly #table: TableShape;
  readonly #scope: Omit<Scope, 'sql'>;
  #values: ReadonlyMap<string, Value | undefined>;
  /** By name key. */
  readonly #set = new Map<string, string>();
  /** The columns, by name key, that JSON is made of, by the one that holds it. */
  readonly #read = new Map<string, ReadonlySet<string>>();
  /** Those under which a row is written. */
  readonly #conditions = new Set<string>();
  #writesAll = false;

  constructor(table: TableShape, shape: Shape, lineage: Lineage) {
    const [arm] = tableRelation(table).arms;
    const key = nameKey(table.name);
    this.#table = table;
    this.#values = new Map(table.columns.map(({ name }, at) => [nameKey(name), arm?.values[at]]));
    const frames = [{ tables: [{ alias: key, table: key, values: this.#values }] }];
    const tables = new LensTables(shape, usualLimits);
    this.#scope = { lineage, tables, shape, frames, reads: new Map(), uses: [], aggregates: 'none' };
  }

  get sql(): string {
    const columns = this.#table.columns.flatMap(({ name }) => {
      const sql = this.#set.get(nameKey(name));
      return sql === undefined ? [] : [`${quoteIdentifier(name)} = ${sql}`];
    });
    const where = !this.#writesAll ? ` WHERE ${[...this.#conditions].join(' OR ')}` : '';
    return `UPDATE ${quoteIdentifier(this.#table.name)} SET ${columns.join(', ')}${where}`;
  }

  /** False where it is not sure what the update would do to the changed row. */
  change({ assignments, where }: Update, sql: string): boolean {
    const values = this.#values;
    const below: Below = { scope: { ...this.#scope, sql }, column: (key) => asBelow(values.get(key)) };
    const met = { below, values, changed: new Set(this.#set.keys()) };
    const written = where && putOver(where, 'text', below);
    return [...assignments].every(([key, node]) => {
      const column = this.#table.columns.find(({ name }) => nameKey(name) === key);
      const made = column && this.#made(column, { node, where }, met);
      if (!made) return false;
      this.#values = new Map([...this.#values, [key, made.value]]);
      this.#set.set(key, made.sql);
      if (!where) this.#writesAll = true;
      const condition = written ?? made.value.chain?.condition?.sql;
      if (condition !== undefined) this.#conditions.add(`(${condition})`);
      return !where || condition !== undefined;
    });
  }

  #made(column: ColumnShape, set: Assignment, met: Met): { value: Value; sql: string } | undefined {
    const key = nameKey(column.name);
    const uses: string[] = [];
    const read = (node: Expr) => readExpression(node, { ...met.below.scope, uses });
    const [stored, condition] = [read(set.node), set.where && read(set.where)];
    const kept = met.values.get(key);
    const depth = Math.max(stored.depth, condition?.depth ?? 0);
    if (!kept || this.#scope.reads.size > 0 || depth > mostDepth) return undefined;
    const cost = stored.cost + (condition?.cost ?? 0);
    const value = chainedValue({ ...set, cost, depth }, column, met.below, (name) => met.values.get(name));
    const isOfItself = nameKey(value?.chain?.kept.column ?? '') === key;
    if (value?.chain && isSimple(value.chain) && (isOfItself || !met.changed.has(key)))
      return { value, sql: sqlOfChain(value.chain, this.#readIn(key, uses)) };
    if ([key, ...uses].some((name) => met.changed.has(name))) return undefined;
    const sql = condition ? `CASE WHEN ${condition.sql} THEN ${stored.sql} ELSE ${kept.sql} END` : stored.sql;
    return { value: { ...kept, sql, column: undefined, chain: undefined }, sql };
  }

  /** The names of all columns that JSON is made of. */
  #readIn(key: string, uses: readonly string[]): string[] {
    const read = new Set([key, ...uses].flatMap((use) => [use, ...(this.#read.get(use) ?? [])]));
    this.#read.set(key, read);
    return this.#table.columns.flatMap(({ name }) => (read.has(nameKey(name)) ? [name] : []));
  }
}

function isSimple(chain: JsonChain): boolean {
  return chain.depth <= mostDepth && keepsShallow(chain);
}

/** What a BLOB holds may look like JSONB and be none, which is noticed where it is written as text: such a row is to fail. */
function sqlOfChain(chain: JsonChain, read: readonly string[]): string {
  const { kept, condition } = chain;
  const isBlob = read.map((name) => `typeof(${quoteIdentifier(name)}) = 'blob'`).join(' OR ');
  const made = chainSql(chain, `iif(${isBlob}, '{', ${kept.sql})`, 'json');
  return condition ? `CASE WHEN ${condition.sql} THEN ${made} ELSE ${kept.sql} END` : made;
}
