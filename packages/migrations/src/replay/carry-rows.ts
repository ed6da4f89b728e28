import type { Database } from '../driver/index.ts';
import { nameKey, quoteIdentifier } from '../sql/index.ts';

type Cell = null | bigint | number | string | Buffer;
type Row = readonly Cell[];

/** What a table has to lose and to gain to be as in another database. */
export interface RowChanges {
  readonly table: string;
  /** Of stored columns, the name of the rowid first where it has one. */
  readonly columns: readonly string[];
  /** Rowids that go; `all` where rows have none by name. */
  readonly gone: readonly Cell[] | 'all';
  readonly added: readonly Row[];
}

/** What it takes for a table to hold these rows and no others. */
export function allRows(sqlite: Database, table: string): RowChanges {
  const { columns, query } = readingOf(sqlite, table);
  return { table, columns, gone: 'all', added: sqlite.prepare<[], Row>(query).safeIntegers().raw().all() };
}

function readingOf(sqlite: Database, table: string) {
  const rowid = rowidOf(sqlite, table);
  const columns = [...(rowid ? [rowid] : []), ...storedColumns(sqlite, table)];
  const order = rowid ? ` ORDER BY ${rowid}` : '';
  const query = `SELECT ${columns.map(readCell).join(', ')} FROM ${quoteIdentifier(table)}${order}`;
  return { rowid, columns, query };
}

/** Undefined where both hold the same rows. */
export function changedRows(before: Database, after: Database, table: string): RowChanges | undefined {
  const { rowid, columns, query } = readingOf(before, table);
  const [old, current] = [before, after].map((it) => it.prepare<[], Row>(query).safeIntegers().raw());
  if (!old || !current) return undefined;
  const changes = rowid
    ? keyedChanges(old.iterate(), current.iterate())
    : allChanges(old.all(), current.all());
  if (changes.added.length === 0 && changes.gone.length === 0) return undefined;
  return { table, columns, ...changes };
}

/** Expects no trigger to be set off. */
export function writeRows(sqlite: Database, { table, columns, gone, added }: RowChanges): void {
  const name = quoteIdentifier(table);
  if (gone === 'all') sqlite.exec(`DELETE FROM ${name}`);
  else {
    const remove = sqlite.prepare(`DELETE FROM ${name} WHERE ${columns[0]} = ?`);
    for (const rowid of gone) remove.run(rowid);
  }
  if (added.length === 0) return;
  const values = columns.map(() => `CASE ? WHEN 'text' THEN CAST(? AS TEXT) ELSE ? END`);
  const insert = sqlite.prepare(`INSERT INTO ${name} (${columns.join(', ')}) VALUES (${values.join(', ')})`);
  for (const row of added) {
    insert.run(...columns.flatMap((_, at) => [row[2 * at], row[2 * at + 1], row[2 * at + 1]]));
  }
}

/** The bytes of a text, beside its type: it may hold what is no character. */
function readCell(column: string): string {
  return `typeof(${column}), CASE typeof(${column}) WHEN 'text' THEN CAST(${column} AS BLOB) ELSE ${column} END`;
}

function keyedChanges(before: IterableIterator<Row>, after: IterableIterator<Row>) {
  const gone: Cell[] = [];
  const added: Row[] = [];
  let [old, current] = [before.next(), after.next()];
  while (!old.done || !current.done) {
    const order = old.done ? 1 : current.done ? -1 : compareKeys(old.value, current.value);
    const isSame = order === 0 && isEqual(old.value, current.value);
    if (order <= 0 && !isSame) gone.push(old.value[1]);
    if (order >= 0 && !isSame) added.push(current.value);
    if (order <= 0) old = before.next();
    if (order >= 0) current = after.next();
  }
  return { gone, added };
}

function compareKeys([, a]: Row, [, b]: Row): number {
  const [first, second] = [a as bigint, b as bigint];
  return first < second ? -1 : first > second ? 1 : 0;
}

function allChanges(before: readonly Row[], after: readonly Row[]) {
  const isSame = before.length === after.length && after.every((row, at) => isEqual(row, before[at] ?? []));
  return isSame ? { gone: [], added: [] } : { gone: 'all' as const, added: after };
}

function isEqual(one: Row, other: Row): boolean {
  return one.every((cell, at) => {
    const same = other[at];
    return cell instanceof Buffer && same instanceof Buffer ? cell.equals(same) : Object.is(cell, same);
  });
}

function storedColumns(sqlite: Database, table: string): string[] {
  return sqlite
    .prepare<[string], string>(`SELECT name FROM pragma_table_xinfo(?, 'main') WHERE hidden = 0 ORDER BY cid`)
    .pluck()
    .all(table)
    .map(quoteIdentifier);
}

/** A name of the rowid that no column has taken. */
function rowidOf(sqlite: Database, table: string): string | undefined {
  const list = `SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?`;
  if (sqlite.prepare<[string], number>(list).pluck().get(table) === 1) return undefined;
  const taken = sqlite
    .prepare<[string], string>('SELECT name FROM pragma_table_xinfo(?)')
    .pluck()
    .all(table)
    .map(nameKey);
  return ['_rowid_', 'rowid', 'oid'].find((name) => !taken.includes(name));
}
