import type { Database } from '../driver/index.ts';
import type { SchemaObject } from '../replay/index.ts';
import { keywordOf, nameAt, quoteIdentifier, splitStatements } from '../sql/index.ts';

/** What a virtual table answers, whatever lies in the tables that it keeps for itself. */
export interface VirtualContent {
  readonly name: string;
  /** The tables it keeps that may hold the same in other bytes. */
  readonly freeShadows: readonly string[];
  /** Cells as SQL literals. */
  readonly rows: readonly (readonly string[])[];
  /** The statements that make the rows in a table that has none; undefined where no statement can. */
  readonly script: readonly string[] | undefined;
}

/** Undefined for a module whose tables are not known. */
export function readVirtual(sqlite: Database, object: SchemaObject): VirtualContent | undefined {
  const [statement] = splitStatements(object.sql);
  const at = statement?.tokens.findIndex((token) => keywordOf(token) === 'USING') ?? -1;
  const module = (statement && nameAt(statement.tokens, at + 1))?.toLowerCase() ?? '';
  if (module === 'fts5') return readFts(sqlite, object);
  return module.startsWith('rtree') ? readRtree(sqlite, object) : undefined;
}

function readRtree(sqlite: Database, { name }: SchemaObject): VirtualContent {
  const rows = readRows(sqlite, name, columnsOf(sqlite, name));
  const table = quoteIdentifier(name);
  return {
    name,
    freeShadows: ['node', 'parent', 'rowid'].map((kept) => `${name}_${kept}`),
    rows,
    script: rows.map((cells) => `INSERT INTO ${table} VALUES (${cells.join(', ')})`),
  };
}

/** The terms say what it finds, the texts what it shows: those of other tables are compared where they lie. */
function readFts(sqlite: Database, { name, sql }: SchemaObject): VirtualContent {
  const [content] = /\bcontent\s*=\s*('[^']*'|"[^"]*"|[^\s,)]*)/i.exec(sql)?.slice(1) ?? [];
  const terms = readTerms(sqlite, name);
  const freeShadows = ['data', 'idx'].map((kept) => `${name}_${kept}`);
  const table = quoteIdentifier(name);
  if (content === undefined) {
    const columns = ['rowid', ...columnsOf(sqlite, name)];
    const texts = readRows(sqlite, name, columns);
    const list = columns.map(quoteIdentifier).join(', ');
    const script = texts.map((cells) => `INSERT INTO ${table} (${list}) VALUES (${cells.join(', ')})`);
    return { name, freeShadows, rows: [...texts, ...terms], script };
  }
  if (content === "''" || content === '""')
    return { name, freeShadows, rows: terms, script: wasWritten(sqlite, name) ? undefined : [] };
  const rebuild = `INSERT INTO ${table} (${table}) VALUES ('rebuild')`;
  return { name, freeShadows, rows: terms, script: terms.length > 0 ? [rebuild] : [] };
}

/** By FTS5's record of its totals: without the sizes of its rows (`columnsize=0`) it does not list them. */
function wasWritten(sqlite: Database, name: string): boolean {
  const data = quoteIdentifier(`${name}_data`);
  return sqlite.prepare(`SELECT 1 FROM ${data} WHERE id = 1 AND length(block) > 0`).get() !== undefined;
}

function readTerms(sqlite: Database, name: string): string[][] {
  sqlite.exec(
    `CREATE VIRTUAL TABLE temp."varve terms" USING fts5vocab(main, ${quoteIdentifier(name)}, instance)`,
  );
  try {
    const terms = sqlite.prepare<[], unknown[]>('SELECT * FROM temp."varve terms" ORDER BY 1, 2, 3, 4').raw();
    return terms.all().map((row) => row.map(String));
  } finally {
    sqlite.exec('DROP TABLE temp."varve terms"');
  }
}

function columnsOf(sqlite: Database, name: string): string[] {
  const columns = sqlite.prepare<[string], string>('SELECT name FROM pragma_table_info(?)');
  return columns.pluck().all(name);
}

function readRows(sqlite: Database, name: string, columns: readonly string[]): string[][] {
  const cells = columns.map((column) => `quote(${quoteIdentifier(column)})`).join(', ');
  const rows = sqlite.prepare<[], string[]>(`SELECT ${cells} FROM ${quoteIdentifier(name)} ORDER BY 1`);
  return rows.raw().all();
}
