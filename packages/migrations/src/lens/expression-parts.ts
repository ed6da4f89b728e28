import { type Expr, textOf } from '../sql/index.ts';
import type { Frame, Scope } from './scope.ts';
import type { Classes } from './storage-classes.ts';
import type { Expression } from './value.ts';

/** An expression of a migration; `sql` is its text as written. */
export interface ReadExpression extends Expression {
  /** The queries whose columns it reads outside of aggregates. */
  readonly frames: ReadonlySet<Frame>;
  readonly hasAggregate: boolean;
  /** True for an operator without parentheses around it. */
  readonly isOperator: boolean;
}

/** Reads an expression inside another. */
export type Read = (node: Expr, scope: Scope) => ReadExpression;

/** An expression made of others; a constant when of none. */
export function combined(
  node: Expr,
  scope: Scope,
  classes: Classes,
  parts: readonly ReadExpression[],
): ReadExpression {
  return {
    sql: textOf(node, scope.sql),
    classes,
    cost: parts.reduce((sum, part) => sum + part.cost, 1),
    depth: 1 + Math.max(0, ...parts.map((part) => part.depth)),
    canFail: parts.some((part) => part.canFail),
    frames: new Set(parts.flatMap((part) => [...part.frames])),
    hasAggregate: parts.some((part) => part.hasAggregate),
    isOperator: false,
  };
}
