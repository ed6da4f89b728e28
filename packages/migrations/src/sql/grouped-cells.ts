import { quoteIdentifier } from './sql-tokens.ts';

export const groupSize = 100;

/**
 * Terms of a SELECT that hold the cells of many columns in one text, each by its storage class and its bytes, or all its
 * digits: two rows have the same texts where they have the same cells. For a table of more columns than can be sorted.
 */
export function groupedCells(columns: readonly string[]): string[] {
  const cells = columns.map(quoteIdentifier).map((column) => {
    return `typeof(${column}) || CASE typeof(${column}) WHEN 'real' THEN printf('%!.17g', ${column}) ELSE hex(${column}) END`;
  });
  return Array.from({ length: Math.ceil(cells.length / groupSize) }, (_, at) =>
    cells.slice(at * groupSize, (at + 1) * groupSize).join(` || ',' || `),
  );
}
