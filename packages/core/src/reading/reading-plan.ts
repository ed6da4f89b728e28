import type { Lineage } from '@varve/migrations';
import { schemaAt } from '@varve/migrations/internal';

export interface TablePlan {
  readonly name: string;
  readonly strategy: 'identity' | 'view' | 'materialized' | 'replayed';
  /** Why nothing cheaper would do. */
  readonly why: string | undefined;
}

/** How an archive is read at head. */
export interface ReadingPlan {
  readonly strategy: 'identity' | 'lens' | 'replayed';
  /** Whether the file itself is read, or a private copy of it. */
  readonly copy: 'none' | 'memory' | 'file';
  /** The tables of head. */
  readonly tables: readonly TablePlan[];
  readonly why: string | undefined;
}

export function uniformPlan(
  lineage: Lineage,
  strategy: 'identity' | 'replayed',
  copy: ReadingPlan['copy'],
  why?: string,
): ReadingPlan {
  const head = schemaAt(lineage, lineage.migrations.length);
  const tables = head.filter(({ type }) => type === 'table');
  return { strategy, copy, why, tables: tables.map(({ name }) => ({ name, strategy, why })) };
}
