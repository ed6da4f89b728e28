import type { Lens, LensTable } from '@varve/migrations';
import { quoteIdentifier } from '@varve/migrations/internal';
import type { HeadTable } from './head-tables.ts';

/** A table of head, or as much of it as is wanted. */
export interface WantedTable extends HeadTable {
  /** Which rows; all unless given. */
  readonly filter?: string | undefined;
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
  const through = lens?.tables.find(({ name }) => name === table.name);
  const unstaged = { table, stage: '', unstage: '' };
  if (!through) return { ...unstaged, select: `SELECT * FROM ${qualified(schema, table.name)}` };
  if (yieldsAll(through, table)) return { ...unstaged, select: through.select(schema) };
  const staged = qualified('temp', table.name);
  const columns = through.columns.map(quoteIdentifier).join(', ');
  return {
    table,
    stage: `${table.ddl.replace(/^CREATE TABLE/i, 'CREATE TEMP TABLE')};
      INSERT INTO ${staged} (${columns})\n${through.select(schema)};\n`,
    unstage: `DROP TABLE ${staged};\n`,
    select: `SELECT * FROM ${staged}`,
  };
}

function yieldsAll(through: LensTable, { columns }: HeadTable): boolean {
  const yielded = new Set(through.columns);
  return columns.every(({ name }) => yielded.has(name));
}

function qualified(schema: string, table: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
}

/** Each after a comma: a table may be wanted for the number of its rows alone. */
function columnList({ columns }: HeadTable): string {
  return columns.map((column) => `, ${quoteIdentifier(column.name)}`).join('');
}
