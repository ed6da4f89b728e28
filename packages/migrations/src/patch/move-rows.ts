import type { Database } from '../driver/index.ts';
import { quoteIdentifier } from '../sql/index.ts';
import type { NarrowedRows } from './narrowed-rows.ts';
import type { Alteration } from './patch.ts';
import type { Rowid } from './rowid-of.ts';

/**
 * Moves the rows of a table that loses a column into one of their own, which lends it its page: a part of them at a
 * time, so that each takes the place of the one before and the file grows by no more than a part. The old rows are
 * deleted through a table that has nothing else: the indexes stay, since rows keep their rowids.
 */
export function moveRows(
  sqlite: Database,
  { name, columns }: Alteration,
  { rowid, sizeBytes }: { readonly rowid: Rowid; readonly sizeBytes: number },
): NarrowedRows {
  const [copy, rest] = [`varve copy of ${name}`, `varve rest of ${name}`];
  const [table, into, left, key] = [name, copy, rest, rowid.name].map(quoteIdentifier);
  const stored = columns.flatMap(({ from }) => (from === undefined ? [] : [from]));
  // A column that is the rowid holds nothing in the rows.
  const kept = stored.map((from) => (rowid.isColumn && from === rowid.name ? 'NULL' : quoteIdentifier(from)));
  const places = kept.map((_, at) => `c${at}`);
  // Without types: a row may hold what a column that was declared anew would not store.
  sqlite.exec(`CREATE TABLE ${into} (${places.join(', ')})`);
  const run = (sql: string, ...values: (string | number | undefined)[]) => sqlite.prepare(sql).run(...values);
  return {
    prepare: () =>
      run(
        `INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES ('table', ?, ?, ?, ?)`,
        ...[rest, rest, pageOf(sqlite, name), `CREATE TABLE ${left} (c0)`],
      ),
    write: () =>
      moveInParts(sqlite, {
        rowsAtOnce: rowsAtOnce(sqlite, table ?? '', sizeBytes),
        copying: `INSERT INTO ${into} (${['rowid', ...places].join(', ')}) SELECT ${[key, ...kept].join(', ')}
          FROM ${table} WHERE ${key} >= ? ORDER BY ${key} LIMIT ?`,
        deleting: `DELETE FROM ${left} WHERE rowid <= ?`,
      }),
    settle: () => {
      const turn = `UPDATE sqlite_schema SET rootpage = ? WHERE type = 'table' AND name = ?`;
      run(turn, pageOf(sqlite, copy), name);
      run(`DELETE FROM sqlite_schema WHERE type = 'table' AND name = ?`, copy);
    },
    drop: () => sqlite.exec(`DROP TABLE ${left}`),
  };
}

interface Moving {
  readonly rowsAtOnce: bigint;
  readonly copying: string;
  readonly deleting: string;
}

function moveInParts(sqlite: Database, { rowsAtOnce: most, copying, deleting }: Moving): void {
  const insert = sqlite.prepare<[bigint, bigint]>(copying).safeIntegers();
  const remove = sqlite.prepare<[bigint]>(deleting);
  for (let from = -largest - 1n; ; ) {
    const { changes, lastInsertRowid } = insert.run(from, most);
    if (changes === 0) return;
    const last = BigInt(lastInsertRowid);
    remove.run(last);
    if (BigInt(changes) < most || last === largest) return;
    from = last + 1n;
  }
}

/** Of the rowids: https://www.sqlite.org/rowidtable.html */
const largest = 2n ** 63n - 1n;

const fewestParts = 8;
const partBytes = 1024 * 1024;

/** As if all of the file were rows of this table. */
function rowsAtOnce(sqlite: Database, table: string, sizeBytes: number): bigint {
  const rows = sqlite.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
  return BigInt(Math.max(1, Math.ceil(rows / Math.max(fewestParts, sizeBytes / partBytes))));
}

function pageOf(sqlite: Database, table: string): number | undefined {
  const sql = `SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?`;
  return sqlite.prepare<[string], number>(sql).pluck().get(table);
}
