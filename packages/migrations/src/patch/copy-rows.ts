import type { Database } from '../driver/index.ts';
import { quoteIdentifier } from '../sql/index.ts';
import type { NarrowedRows } from './narrowed-rows.ts';
import type { Alteration } from './patch.ts';
import type { Rowid } from './rowid-of.ts';

/**
 * Copies the rows of a table that loses a column into one of their own, which lends its page to the old one and is dropped:
 * what ALTER TABLE … DROP COLUMN does to rows.
 */
export function copyRows(
  sqlite: Database,
  { name, to, columns }: Alteration,
  rowid: Rowid | undefined,
): NarrowedRows {
  const copy = `varve copy of ${name}`;
  sqlite.exec(`CREATE TABLE ${quoteIdentifier(copy)} ${to.sql.slice(to.sql.indexOf('('))}`);
  const stored = columns.filter(({ from }) => from !== undefined);
  const hidden = rowid && !rowid.isColumn ? [rowid.name] : [];
  const into = [...hidden, ...stored.map((it) => quoteIdentifier(it.name))];
  const read = [...hidden, ...stored.map((it) => quoteIdentifier(it.from ?? ''))];
  const pageOf = sqlite
    .prepare<[string], number>(`SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?`)
    .pluck();
  const [own, other] = [pageOf.get(name), pageOf.get(copy)];
  return {
    write: () =>
      sqlite.exec(
        `INSERT INTO ${quoteIdentifier(copy)} (${into.join(', ')}) SELECT ${read.join(', ')} FROM ${quoteIdentifier(name)}`,
      ),
    settle: () => {
      const turn = sqlite.prepare(`UPDATE sqlite_schema SET rootpage = ? WHERE type = 'table' AND name = ?`);
      turn.run(other, name);
      turn.run(own, copy);
    },
    drop: () => sqlite.exec(`DROP TABLE ${quoteIdentifier(copy)}`),
  };
}
