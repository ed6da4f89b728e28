import type { Lineage } from '@varve/migrations';

/** A question as the worker gets it. */
export interface AskOrder {
  readonly sql: string;
  readonly kind: 'archives' | 'view';
  readonly where: readonly string[];
  /** Without tables, which cannot be passed to a process; undefined for a view that has none. */
  readonly lineage: Lineage | undefined;
  readonly rowLimit: number;
  readonly byteLimit: number;
}
