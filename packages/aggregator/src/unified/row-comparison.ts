import type { Database, Statement } from '@varve/migrations/internal';
import { groupedCells, quoteIdentifier } from '@varve/migrations/internal';
import type { HeadTable } from './head-table.ts';

/** Compares rows that a view holds with those an archive has now. */
export class RowComparison {
  readonly #sqlite: Database;
  readonly #statements = new Map<string, Statement<[{ id: number }], number>>();

  constructor(sqlite: Database) {
    this.#sqlite = sqlite;
  }

  /** Whether a table holds, of one archive, exactly the rows that a SELECT yields: storage classes included. */
  areSame(table: HeadTable, select: string, archiveId: number): boolean {
    const known = this.#statements.get(select);
    const statement =
      known ?? this.#sqlite.prepare<[{ id: number }], number>(differenceSql(table, select)).pluck();
    this.#statements.set(select, statement);
    return statement.get({ id: archiveId }) === 0;
  }
}

function differenceSql(table: HeadTable, select: string): string {
  const held = `SELECT * FROM main.${quoteIdentifier(table.name)} WHERE "_archive" = :id`;
  const [fresh, known] = [countedCells(table, select), countedCells(table, held)];
  return `SELECT (SELECT count(*) FROM (${select}\n)) <> (SELECT count(*) FROM (${held})) OR EXISTS (${fresh} EXCEPT ${known})`;
}

/** SQLite groups by 2000 terms, and a cell takes two. Source: https://www.sqlite.org/limits.html */
const mostColumns = 950;

/** Each distinct row with its number. A text is compared by its bytes, whatever its column's collation. */
function countedCells(table: HeadTable, select: string): string {
  const names = table.columns.map(({ name }) => name);
  const cells =
    names.length > mostColumns
      ? groupedCells(names)
      : names.flatMap((name) => {
          const column = quoteIdentifier(name);
          return [`typeof(${column})`, `iif(typeof(${column}) = 'text', CAST(${column} AS BLOB), ${column})`];
        });
  return `SELECT ${['count(*)', ...cells].join(', ')} FROM (${select}\n) GROUP BY ${cells.join(', ')}`;
}
