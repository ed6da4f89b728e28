import type { Database } from '../driver/index.ts';
import { nameKey, quoteIdentifier } from '../sql/index.ts';
import type { Alteration } from './patch.ts';

export interface RowCopy {
  /** Gives the rows to the table, while the schema may be written. */
  swap(): void;
  /** Drops what was left behind. */
  drop(): void;
}

/**
 * Copies the rows of a table that loses a column into one of their own, which lends its page to the old one and is dropped:
 * what ALTER TABLE … DROP COLUMN does to rows.
 */
export function copyRows(sqlite: Database, { name, to, columns }: Alteration): RowCopy {
  const copy = `varve copy of ${name}`;
  sqlite.exec(`CREATE TABLE ${quoteIdentifier(copy)} ${to.sql.slice(to.sql.indexOf('('))}`);
  const stored = columns.filter(({ from }) => from !== undefined);
  const rowid = hiddenRowid(sqlite, name);
  const into = [...rowid, ...stored.map((it) => quoteIdentifier(it.name))];
  const read = [...rowid, ...stored.map((it) => quoteIdentifier(it.from ?? ''))];
  sqlite.exec(
    `INSERT INTO ${quoteIdentifier(copy)} (${into.join(', ')}) SELECT ${read.join(', ')} FROM ${quoteIdentifier(name)}`,
  );
  const pageOf = sqlite
    .prepare<[string], number>(`SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?`)
    .pluck();
  const [own, other] = [pageOf.get(name), pageOf.get(copy)];
  return {
    swap: () => {
      const turn = sqlite.prepare(`UPDATE sqlite_schema SET rootpage = ? WHERE type = 'table' AND name = ?`);
      turn.run(other, name);
      turn.run(own, copy);
    },
    drop: () => sqlite.exec(`DROP TABLE ${quoteIdentifier(copy)}`),
  };
}

/** The name of the rowid where no column shows it; nothing where one does, or there is none. */
function hiddenRowid(sqlite: Database, table: string): string[] {
  const columns = sqlite
    .prepare<[string], { name: string; type: string; pk: number }>(
      'SELECT name, type, pk FROM pragma_table_xinfo(?)',
    )
    .all(table);
  const wr = sqlite
    .prepare<[string], number>(`SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?`)
    .pluck()
    .get(table);
  const keys = columns.filter(({ pk }) => pk > 0);
  const isShown = keys.length === 1 && keys[0]?.type.toUpperCase() === 'INTEGER';
  const taken = new Set(columns.map(({ name }) => nameKey(name)));
  const free = ['_rowid_', 'rowid', 'oid'].find((name) => !taken.has(name));
  return wr === 1 || isShown || !free ? [] : [free];
}
