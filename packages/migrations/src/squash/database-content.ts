import type { Database } from '../driver/index.ts';
import { ledgerTable } from '../ledger/index.ts';
import { readSchema, type SchemaObject } from '../replay/index.ts';
import { quoteIdentifier } from '../sql/index.ts';
import { readVirtual, type VirtualContent } from './virtual-content.ts';

export interface ContentTable {
  readonly name: string;
  readonly sql: string;
  /** Those that an INSERT may name. */
  readonly columns: readonly string[];
  /** Cells as SQL literals, which tell storage classes apart. */
  readonly rows: readonly (readonly string[])[];
}

/** What a database holds: the ordinary tables with their rows, and the SQL of all that stands beside them. */
export interface DatabaseContent {
  readonly tables: readonly ContentTable[];
  /** The virtual tables of modules that are known. */
  readonly virtuals: readonly VirtualContent[];
  /** What virtual tables keep for themselves, as far as it must be the same to the byte. */
  readonly shadows: readonly ContentTable[];
  /** In the order they were made. */
  readonly others: readonly SchemaObject[];
  readonly sequences: readonly Sequence[];
}

/** The highest rowid that AUTOINCREMENT has given in a table. */
export interface Sequence {
  readonly name: string;
  readonly seq: unknown;
}

/** Without the ledger. */
export function readContent(sqlite: Database): DatabaseContent {
  const kinds = sqlite
    .prepare<[], { name: string; type: string }>(
      `SELECT name, type FROM pragma_table_list WHERE schema = 'main'`,
    )
    .all();
  const kindOf = new Map(kinds.map(({ name, type }) => [name, type]));
  const objects = readSchema(sqlite);
  const tablesOf = (kind: string) =>
    objects.filter(({ type, name }) => type === 'table' && kindOf.get(name) === kind);
  const isStored = ({ type, name }: SchemaObject) => type === 'table' && kindOf.get(name) !== 'virtual';
  const virtuals = tablesOf('virtual').flatMap((object) => readVirtual(sqlite, object) ?? []);
  const free = new Set(virtuals.flatMap(({ freeShadows }) => freeShadows));
  return {
    tables: tablesOf('table').map(({ name, sql }) => readTable(sqlite, name, sql)),
    virtuals,
    shadows: tablesOf('shadow')
      .filter(({ name }) => !free.has(name))
      .map(({ name, sql }) => readTable(sqlite, name, sql)),
    others: objects.filter((object) => !isStored(object)),
    sequences: kindOf.has('sqlite_sequence')
      ? sqlite
          .prepare<[string], Sequence>('SELECT name, seq FROM sqlite_sequence WHERE name <> ? ORDER BY name')
          .all(ledgerTable)
      : [],
  };
}

function readTable(sqlite: Database, name: string, sql: string): ContentTable {
  const table = quoteIdentifier(name);
  const columns = (sqlite.pragma(`table_xinfo(${table})`) as { name: string; hidden: number }[])
    .filter(({ hidden }) => hidden === 0)
    .map((column) => column.name);
  const cells = columns.map(literalOf).join(', ');
  const rows = sqlite.prepare(`SELECT ${cells} FROM ${table}`).raw().all() as string[][];
  return { name, sql, columns, rows };
}

/** As `quote()`, which ends a text at its first NUL. */
function literalOf(column: string): string {
  const cell = quoteIdentifier(column);
  const hasNul = `typeof(${cell}) = 'text' AND instr(CAST(${cell} AS blob), x'00')`;
  return `CASE WHEN ${hasNul} THEN 'CAST(x''' || hex(${cell}) || ''' AS TEXT)' ELSE quote(${cell}) END`;
}
