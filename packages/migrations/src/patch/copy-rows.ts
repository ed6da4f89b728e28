import type { Database } from '../driver/index.ts';
import { quoteIdentifier } from '../sql/index.ts';
import type { NarrowedRows } from './narrowed-rows.ts';
import type { Alteration } from './patch.ts';
import type { Rowid } from './rowid-of.ts';

export interface TableToCopy {
  readonly alteration: Alteration;
  readonly rowid: Rowid | undefined;
}

/**
 * Copies the rows of tables that lose a column into tables of their own, which lend their pages to the old ones and are
 * dropped: what ALTER TABLE … DROP COLUMN does to rows.
 */
export function copyRows(sqlite: Database, tables: readonly TableToCopy[]): NarrowedRows {
  const names = tables.map(({ alteration }) => alteration.name);
  sqlite.exec(tables.map(makingOf).join(';\n'));
  return {
    write: () => sqlite.exec(tables.map(fillingOf).join(';\n')),
    settle: () => {
      const pages = rootPages(sqlite, [...names, ...names.map(copyName)]);
      const pairs = names.map((name) => [pages.get(name), pages.get(copyName(name))] as const);
      const turned = pairs.map(([own, other]) => `WHEN ${own} THEN ${other} WHEN ${other} THEN ${own}`);
      sqlite.exec(
        `UPDATE sqlite_schema SET rootpage = CASE rootpage ${turned.join(' ')} END
         WHERE type = 'table' AND rootpage IN (${pairs.flat().join(', ')})`,
      );
    },
    drop: () => sqlite.exec(names.map((name) => `DROP TABLE ${quoteIdentifier(copyName(name))}`).join(';\n')),
  };
}

function copyName(table: string): string {
  return `varve copy of ${table}`;
}

function makingOf({ alteration: { name, to } }: TableToCopy): string {
  return `CREATE TABLE ${quoteIdentifier(copyName(name))} ${to.sql.slice(to.sql.indexOf('('))}`;
}

function fillingOf({ alteration: { name, columns }, rowid }: TableToCopy): string {
  const stored = columns.filter(({ from }) => from !== undefined);
  const hidden = rowid && !rowid.isColumn ? [rowid.name] : [];
  const into = [...hidden, ...stored.map((it) => quoteIdentifier(it.name))];
  const read = [...hidden, ...stored.map((it) => quoteIdentifier(it.from ?? ''))];
  return `INSERT INTO ${quoteIdentifier(copyName(name))} (${into.join(', ')})
    SELECT ${read.join(', ')} FROM ${quoteIdentifier(name)}`;
}

function rootPages(sqlite: Database, tables: readonly string[]): Map<string, number> {
  const places = tables.map(() => '?').join(', ');
  const sql = `SELECT name, rootpage FROM sqlite_schema WHERE type = 'table' AND name IN (${places})`;
  return new Map(
    sqlite
      .prepare<string[], [string, number]>(sql)
      .raw()
      .all(...tables),
  );
}
