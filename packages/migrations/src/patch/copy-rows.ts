import type { Database } from '../driver/index.ts';
import { quoteIdentifier } from '../sql/index.ts';
import type { NarrowedRows } from './narrowed-rows.ts';
import type { Alteration, ColumnOrigin } from './patch.ts';
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

/** Where rows hold no more than their columns were given, the copy needs none of what the table demands, nor its indexes. */
function makingOf({ alteration: { name, to, columns }, rowid }: TableToCopy): string {
  const text = plainRowid(columns, rowid)
    ? `(${storedIn(columns).map((_, at) => `c${at}`)})`
    : to.sql.slice(to.sql.indexOf('('));
  return `CREATE TABLE ${quoteIdentifier(copyName(name))} ${text}`;
}

function fillingOf({ alteration: { name, columns }, rowid }: TableToCopy): string {
  const stored = storedIn(columns);
  const names = stored.map(({ name }) => quoteIdentifier(name));
  const values = stored.map(({ from }) => quoteIdentifier(from));
  const [copy, table] = [copyName(name), name].map(quoteIdentifier);
  const fill = (into: string[], read: string[]) =>
    `INSERT INTO ${copy} (${into}) SELECT ${read} FROM ${table}`;
  const plain = plainRowid(columns, rowid);
  if (!plain) {
    const hidden = rowid && !rowid.isColumn ? [rowid.name] : [];
    return fill([...hidden, ...names], [...hidden, ...values]);
  }
  // A column that is the rowid holds nothing in the rows.
  const kept = stored.map(({ from }, at) =>
    plain.isColumn && from === plain.name ? 'NULL' : (values[at] ?? ''),
  );
  return fill(['rowid', ...stored.map((_, at) => `c${at}`)], [quoteIdentifier(plain.name), ...kept]);
}

/** Undefined where rows hold more than columns were given; they need not have the columns at their end that are new. */
function plainRowid(columns: readonly ColumnOrigin[], rowid: Rowid | undefined): Rowid | undefined {
  const stored = storedIn(columns).length;
  const areFirst = columns.slice(0, stored).every(({ from }) => from !== undefined);
  return areFirst && !rowid?.holdsGenerated ? rowid : undefined;
}

function storedIn(columns: readonly ColumnOrigin[]): { readonly name: string; readonly from: string }[] {
  return columns.flatMap(({ name, from }) => (from === undefined ? [] : { name, from }));
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
