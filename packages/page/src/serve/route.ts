import type { Exchange } from './answer.ts';
import type { PageContext } from './page-context.ts';

export interface Call extends Exchange {
  readonly context: PageContext;
  readonly query: URLSearchParams;
  /** The session that the path names; empty elsewhere. */
  readonly key: string;
}

/** Returns what is answered as JSON; undefined when the route has answered by itself. */
export type Route = (call: Call) => unknown;

export type Routes = Readonly<Record<string, Route>>;

/** A whole number of a query, kept within limits. */
export function numberOf(
  query: URLSearchParams,
  name: string,
  { from = 0, to, otherwise }: NumberLimits,
): number {
  const value = Number(query.get(name) ?? otherwise);
  return Number.isInteger(value) ? Math.min(Math.max(value, from), to) : otherwise;
}

interface NumberLimits {
  readonly from?: number;
  readonly to: number;
  readonly otherwise: number;
}
