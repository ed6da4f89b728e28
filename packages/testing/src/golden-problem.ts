/** What a golden archive shows to be wrong with a migration. */
export interface GoldenProblem {
  readonly table?: string | undefined;
  /** The row's key, as `seq 3`. */
  readonly row?: string | undefined;
  readonly column?: string | undefined;
  readonly reason: string;
}

const longest = 400;

/**
 * A line that names the row and the column.
 *
 * @example
 * ```ts
 * import { describeProblem } from '@varve/testing';
 *
 * const problem = { table: 'notes', row: 'seq 3', reason: 'differs' };
 * console.log(describeProblem(problem)); // table notes, row seq 3: differs
 * ```
 */
export function describeProblem({ table, row, column, reason }: GoldenProblem): string {
  const place = [table && `table ${table}`, row && `row ${row}`, column && `column ${column}`];
  const text = [place.filter(Boolean).join(', '), reason].filter(Boolean).join(': ');
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
