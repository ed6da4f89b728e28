import { type Lens, quoteIdentifier } from '@varve/migrations';
import type { HeadTable } from './head-tables.ts';

/** The SQL that copies a whole archive, attached as `schema`, into the view's tables. */
export type IngestScript = (archiveId: number, version: number) => string;

/** `lens` is undefined for a file at head. Rendering is dear: keep the script for other archives of the version. */
export function makeIngestScript(
  tables: readonly HeadTable[],
  lens: Lens | undefined,
  schema: string,
): IngestScript {
  const statements = tables.map((table) => {
    const columns = columnList(table);
    const into = `INSERT INTO main.${quoteIdentifier(table.name)} ("_archive", "_version"${columns})`;
    return [into, `${columns} FROM (${selectHead(table, lens, schema)}\n);`] as const;
  });
  return (archiveId, version) =>
    statements.map(([into, rows]) => `${into} SELECT ${archiveId}, ${version}${rows}`).join('\n');
}

/** A table's rows at head, of an archive attached as `schema`. */
export function selectHead(table: HeadTable, lens: Lens | undefined, schema: string): string {
  const through = lens?.tables.find(({ name }) => name === table.name);
  if (through) return through.select(schema);
  return `SELECT * FROM ${quoteIdentifier(schema)}.${quoteIdentifier(table.name)}`;
}

/** Each after a comma: a table may be wanted for the number of its rows alone. */
function columnList({ columns }: HeadTable): string {
  return columns.map((column) => `, ${quoteIdentifier(column.name)}`).join('');
}
