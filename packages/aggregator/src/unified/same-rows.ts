import { quoteIdentifier } from '@varve/migrations';
import type { Database } from 'better-sqlite3';
import type { HeadTable } from './head-tables.ts';

/** Whether a table of the view holds, of one archive, exactly the rows that a SELECT yields: storage classes included. */
export function hasSameRows(sqlite: Database, table: HeadTable, archiveId: number, select: string): boolean {
  const held = `SELECT * FROM main.${quoteIdentifier(table.name)} WHERE "_archive" = ${archiveId}`;
  const [fresh, known] = [countedCells(table, select), countedCells(table, held)];
  const differs = sqlite.prepare(
    `SELECT (SELECT count(*) FROM (${select}\n)) <> (SELECT count(*) FROM (${held})) OR EXISTS (${fresh} EXCEPT ${known})`,
  );
  return differs.pluck().get() === 0;
}

/** Each distinct row with its number. A text is compared by its bytes, whatever its column's collation. */
function countedCells(table: HeadTable, select: string): string {
  const cells = table.columns.flatMap(({ name }) => {
    const column = quoteIdentifier(name);
    return [`typeof(${column})`, `iif(typeof(${column}) = 'text', CAST(${column} AS BLOB), ${column})`];
  });
  return `SELECT ${['count(*)', ...cells].join(', ')} FROM (${select}\n) GROUP BY ${cells.join(', ')}`;
}
