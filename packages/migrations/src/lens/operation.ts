import type { Lineage } from '../lineage/index.ts';
import { keywordOf, nameAt, nameKey, type SqlStatement, tokenizeSql } from '../sql/index.ts';
import type { LensTables } from './lens-tables.ts';
import { Refused, RefusedEverywhere } from './refused.ts';
import type { Frame, Scope } from './scope.ts';
import type { Shape } from './shape.ts';
import type { TableShape } from './table-shape.ts';
import type { Step } from './trace-lineage.ts';

export interface OperationContext {
  readonly step: Step;
  /** Its statement, or what is read as queries in the place of that. */
  readonly statement: SqlStatement;
  readonly lineage: Lineage;
  /** What every table holds before the statement; `apply` leaves what it holds after. */
  readonly tables: LensTables;
}

/** One kind of statement. */
export interface Operation {
  matches(statement: SqlStatement): boolean;
  /** The table whose rows the statement makes; the only one that is lost when it cannot be compiled. */
  target(statement: SqlStatement): string | undefined;
  /** @throws Refused when the statement cannot be expressed as a query with exactly its meaning. */
  apply(context: OperationContext): void;
}

/** True when a statement begins with these keywords; `|` separates alternatives, `?` marks one that may be absent. */
export function beginsWith(statement: SqlStatement, ...pattern: readonly string[]): boolean {
  let at = 0;
  for (const term of pattern) {
    const alternatives = term.replace('?', '').split('|');
    if (alternatives.includes(keywordOf(statement.tokens[at]))) at += 1;
    else if (!term.endsWith('?')) return false;
  }
  return true;
}

/** The name that follows a keyword, as the table's does in `INSERT OR IGNORE INTO t`. */
export function nameAfter({ tokens }: SqlStatement, keyword: string): string | undefined {
  const at = tokens.findIndex((token) => keywordOf(token) === keyword);
  const conflict = keywordOf(tokens[at + 1]) === 'OR' ? 2 : 0;
  return at === -1 ? undefined : nameAt(tokens, at + 1 + conflict);
}

/** @throws Refused when a table is not an ordinary table of the schema. */
export function tableIn(shape: Shape, name: string): TableShape {
  const table = shape.tables.get(nameKey(name));
  if (!table) throw new Refused(`${name} is not an ordinary table`);
  return table;
}

type RowEvent = 'INSERT' | 'UPDATE' | 'DELETE';

/** A trigger may change rows of any table. @throws RefusedEverywhere when one of this event could fire. */
export function assertNoTriggers(shape: Shape, table: string, event: RowEvent): void {
  const trigger = shape.objects.find(
    (it) => it.type === 'trigger' && nameKey(it.table) === nameKey(table) && eventOf(it.sql) === event,
  );
  if (trigger) throw new RefusedEverywhere(`the trigger ${trigger.name} would run`);
}

/** The word after the trigger's name and its BEFORE, AFTER or INSTEAD OF. */
function eventOf(triggerSql: string): string {
  const tokens = [...tokenizeSql(triggerSql)].filter((token) => token.kind !== 'comment');
  const words = tokens.map(keywordOf);
  let at = words.indexOf('TRIGGER') + 1;
  if (words[at] === 'IF') at += 3;
  at += tokens[at + 1]?.text === '.' ? 3 : 1;
  if (words[at] === 'BEFORE' || words[at] === 'AFTER') at += 1;
  else if (words[at] === 'INSTEAD') at += 2;
  return words[at] ?? '';
}

/** @throws Refused when a constraint such as UNIQUE ON CONFLICT IGNORE decides which rows stay. */
export function assertPlainConstraints(table: TableShape): void {
  if (table.resolvesConflicts)
    throw new Refused(`constraints of ${table.name} resolve conflicts by themselves`);
}

export function scopeOf(context: OperationContext, ...frames: Frame[]): Scope {
  return {
    sql: context.statement.text,
    lineage: context.lineage,
    tables: context.tables,
    shape: context.step.before,
    frames,
    reads: new Map(),
    uses: [],
    aggregates: 'none',
  };
}
