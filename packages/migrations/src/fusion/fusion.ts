import { openMemory } from '../driver/index.ts';
import { appendToLedger, createLedger, ledgerTable, stampHint } from '../ledger/index.ts';
import { compileLens, type LensTable, schemaAt } from '../lens/index.ts';
import { type Lineage, registerFunctions } from '../lineage/index.ts';
import type { SchemaObject } from '../replay/index.ts';
import { quoteIdentifier } from '../sql/index.ts';
import { mayFailMidway } from './fails-midway.ts';

/** The name under which the file to read is attached to the one to fill. */
export const fusedSchema = 'fused';

/** How files of one version are brought to head in one pass. */
export interface Fusion {
  /** The statements that fill an empty head file whose ledger is there, and make what is not a table. */
  readonly script: string;
  /** Tables whose rows a replay would leave under rowids that no column shows. */
  readonly boundTables: readonly { readonly isDense: string; readonly fill: string }[];
  /** A query: each table of head, its rows, and how many the lens reads in the file. */
  readonly counts: string;
}

interface Cache {
  readonly image: Buffer;
  readonly fusions: Map<number, Fusion | undefined>;
}

const cache = new WeakMap<Lineage, Cache>();

function cacheOf(lineage: Lineage): Cache {
  const known = cache.get(lineage) ?? { image: makeHeadImage(lineage), fusions: new Map() };
  cache.set(lineage, known);
  return known;
}

/** The bytes of a file with head's tables, no row, no ledger, and nothing that a row would be entered in or set off. */
export function headImage(lineage: Lineage): Buffer {
  return cacheOf(lineage).image;
}

function makeHeadImage(lineage: Lineage): Buffer {
  const sqlite = openMemory();
  try {
    registerFunctions(sqlite, lineage);
    const head = headObjects(lineage);
    // What a virtual table keeps for itself cannot be made by its own statement: such a head is not built anew.
    if (!head.some(isVirtual)) for (const { type, sql } of head) if (type === 'table') sqlite.exec(sql);
    stampHint(sqlite, lineage, lineage.migrations.length);
    return sqlite.serialize();
  } finally {
    sqlite.close();
  }
}

function isVirtual({ sql }: SchemaObject): boolean {
  return /^CREATE VIRTUAL/i.test(sql);
}

function headObjects(lineage: Lineage): readonly SchemaObject[] {
  return schemaAt(lineage, lineage.migrations.length);
}

/** Undefined where only a replay is exact. Depends on the lineage and the version alone, and is done once for them. */
export function fusionOf(lineage: Lineage, from: number): Fusion | undefined {
  const { fusions } = cacheOf(lineage);
  if (!fusions.has(from)) fusions.set(from, compileFusion(lineage, from));
  return fusions.get(from);
}

function compileFusion(lineage: Lineage, from: number): Fusion | undefined {
  const head = headObjects(lineage);
  if (head.some(isVirtual)) return undefined;
  const lens = compileLens(lineage, from);
  if (lens.refusal || lens.stages.length > 0) return undefined;
  if ([...head, ...schemaAt(lineage, from)].some(needsReplay) || everCounted(lineage)) return undefined;
  if (mayFailMidway(lineage, from)) return undefined;
  const fill = (table: LensTable) => fillStatement(table, isUnchanged(table, lineage, from));
  const bound = lens.tables.filter((table) => !table.hasFreeRowids);
  if (bound.some(({ wholeOf }) => wholeOf === undefined)) return undefined;
  const script = [
    ...lens.tables.map(fill),
    `INSERT INTO main.${ledgerTable} SELECT * FROM ${fusedSchema}.${ledgerTable}`,
    appendStatement(lineage, from),
    ...head.filter(({ type }) => type !== 'table').map(({ sql }) => sql),
  ];
  return {
    script: script.map((statement) => `${statement};\n`).join(''),
    boundTables: bound.map((table) => ({ isDense: densityQuery(table.wholeOf ?? ''), fill: fill(table) })),
    counts: lens.tables.map(countQuery).join('\nUNION ALL '),
  };
}

/** Tables that keep a count of their own beside their rows, compute columns, or are not SQLite's to read. */
function needsReplay({ type, sql }: SchemaObject): boolean {
  return (
    type === 'table' && /\bAUTOINCREMENT\b|\bGENERATED\b|\bAS\s*\(|\b_rowid_\b|^CREATE VIRTUAL/i.test(sql)
  );
}

/** Where SQLite once made its table of counters it stays, whatever becomes of the table that had one. */
function everCounted({ migrations }: Lineage): boolean {
  return migrations.some(({ sql }) => /\bAUTOINCREMENT\b/i.test(sql));
}

function isUnchanged({ name, strategy }: LensTable, lineage: Lineage, from: number): boolean {
  const before = schemaAt(lineage, from).find((it) => it.type === 'table' && it.name === name);
  return (
    strategy === 'identity' && headObjects(lineage).some((it) => it.name === name && it.sql === before?.sql)
  );
}

/** SQLite moves the pages' contents of tables that are alike without a look at their columns. */
function fillStatement({ name, columns, select }: LensTable, isUnchanged: boolean): string {
  const table = quoteIdentifier(name);
  if (isUnchanged) return `INSERT INTO main.${table} SELECT * FROM ${fusedSchema}.${table}`;
  return `INSERT INTO main.${table} (${columns.map(quoteIdentifier).join(', ')})\n${select(fusedSchema)}`;
}

function densityQuery(table: string): string {
  const rows = `${fusedSchema}.${quoteIdentifier(table)}`;
  return `SELECT count(*) = 0 OR (min(_rowid_) = 1 AND max(_rowid_) = count(*)) FROM ${rows}`;
}

function countQuery(table: LensTable): string {
  const name = table.name.replaceAll("'", "''");
  const own = `SELECT count(*) FROM main.${quoteIdentifier(table.name)}`;
  const read =
    table.wholeOf === undefined
      ? `(\n${table.select(fusedSchema)}\n)`
      : `${fusedSchema}.${quoteIdentifier(table.wholeOf)}`;
  return `SELECT '${name}', (${own}), (SELECT count(*) FROM ${read})`;
}

/** What a replay would add to the ledger: by the code that adds it, on a ledger of its own. */
function appendStatement(lineage: Lineage, from: number): string {
  const sqlite = openMemory();
  try {
    createLedger(sqlite, lineage.migrations[0]);
    appendToLedger(sqlite, lineage.migrations.slice(from));
    const columns = sqlite
      .prepare(`SELECT * FROM ${ledgerTable}`)
      .columns()
      .map(({ name }) => `quote(${name})`);
    const rows = sqlite
      .prepare<[], unknown[]>(`SELECT ${columns.join(', ')} FROM ${ledgerTable}`)
      .raw()
      .all();
    return `INSERT INTO main.${ledgerTable} VALUES ${rows.map((row) => `(${row.join(', ')})`).join(', ')}`;
  } finally {
    sqlite.close();
  }
}
