import type { Lens, LensTable } from '@varve/migrations';
import { quoteIdentifier } from '@varve/migrations/internal';
import type { HeadColumn, HeadTable } from './head-table.ts';

/** A table of head, or as much of it as is wanted. */
export interface WantedTable extends HeadTable {
  /** Which rows; all unless given. */
  readonly filter?: string | undefined;
  /** The columns that the filter may name; those that are wanted unless given. */
  readonly filtered?: readonly HeadColumn[];
}

/** The SQL that copies a whole archive, attached as a schema, into the view's tables. */
export interface IngestScript {
  /** Makes the tables of which SQLite itself must compute columns, under head's own statement; empty for most lenses. */
  readonly stage: string;
  readonly unstage: string;
  /** A table's rows at head, in its columns' order. */
  readonly selects: ReadonlyMap<WantedTable, string>;
  insert(archiveId: number, version: number): string;
}

/** `lens` is undefined for a file at head. Rendering is expensive: keep the script for other archives of the version. */
export function makeIngestScript(
  tables: readonly WantedTable[],
  lens: Lens | undefined,
  schema: string,
): IngestScript {
  const sources = tables.map((table) => sourceOf(table, lens, schema));
  const statements = sources.map(({ table, select }) => {
    const columns = columnList(table);
    const into = `INSERT INTO main.${quoteIdentifier(table.name)} ("_archive", "_version"${columns})`;
    const where = table.filter === undefined ? '' : ` WHERE ${table.filter}`;
    return [into, `${columns} FROM (${select}\n)${where};`] as const;
  });
  return {
    stage: sources.map(({ stage }) => stage).join(''),
    unstage: sources.map(({ unstage }) => unstage).join(''),
    selects: new Map(sources.map(({ table, select }) => [table, select])),
    insert: (archiveId, version) =>
      statements.map(([into, rows]) => `${into} SELECT ${archiveId}, ${version}${rows}`).join('\n'),
  };
}

interface TableSource {
  readonly table: WantedTable;
  readonly select: string;
  readonly stage: string;
  readonly unstage: string;
}

function sourceOf(table: WantedTable, lens: Lens | undefined, schema: string): TableSource {
  const through = lens?.tables.find(({ name }) => name === table.source);
  const unstaged = { table, stage: '', unstage: '' };
  if (!through) return { ...unstaged, select: selectNamed(table, qualified(schema, table.source)) };
  if (yieldsAll(through, table)) return { ...unstaged, select: selectThrough(table, through, schema) };
  const staged = qualified('temp', table.name);
  const names = new Map(table.columns.map(({ name, source }) => [source, name]));
  const columns = through.columns.map((column) => quoteIdentifier(names.get(column) ?? column)).join(', ');
  return {
    table,
    stage: `${table.ddl.replace(/^CREATE TABLE/i, 'CREATE TEMP TABLE')};
      INSERT INTO ${staged} (${columns})\n${through.select(schema)};\n`,
    unstage: `DROP TABLE ${staged};\n`,
    select: `SELECT * FROM ${staged}`,
  };
}

function selectThrough(table: WantedTable, through: LensTable, schema: string): string {
  const select = through.select(schema);
  const isSame = (table.filtered ?? table.columns).every(({ name, source }) => name === source);
  return isSame ? select : selectNamed(table, `(${select}\n)`);
}

/** An archive may have its columns in an order of its own. */
function selectNamed({ columns, filtered = columns }: WantedTable, from: string): string {
  const list = filtered.map(({ name, source }) =>
    name === source ? quoteIdentifier(name) : `${quoteIdentifier(source)} AS ${quoteIdentifier(name)}`,
  );
  return `SELECT ${list.join(', ') || '1'} FROM ${from}`;
}

function yieldsAll(through: LensTable, { columns }: HeadTable): boolean {
  const yielded = new Set(through.columns);
  return columns.every(({ source }) => yielded.has(source));
}

function qualified(schema: string, table: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
}

/** Each after a comma: a table may be wanted for the number of its rows alone. */
function columnList({ columns }: HeadTable): string {
  return columns.map((column) => `, ${quoteIdentifier(column.name)}`).join('');
}
