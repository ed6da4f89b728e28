import { type Database, openMemory } from '../driver/index.ts';
import { applicationId, createLedger, ledgerTable } from '../ledger/index.ts';
import { schemaAt } from '../lens/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { fusedSchema } from './fusion.ts';

/**
 * The statement that made the ledger of an attached file, if the file is in every respect as its migrations alone make
 * it: no object more or less, each under the same text, and with the settings that SQLite gives a new file.
 */
export function readPlainLedger(sqlite: Database, lineage: Lineage, version: number): string | undefined {
  const objects = sqlite
    .prepare<[], [string, string]>(`SELECT name, sql FROM ${fusedSchema}.sqlite_schema WHERE sql IS NOT NULL`)
    .raw()
    .all();
  const ledger = objects.find(([name]) => name === ledgerTable)?.[1];
  const others = objects.filter(([name]) => name !== ledgerTable);
  const expected = objectsAt(lineage, version);
  const isSame = others.length === expected.size && others.every(([name, sql]) => expected.get(name) === sql);
  const isPlain = isSame && ledger !== undefined && plainText(ledger) === ledgerText(lineage);
  return isPlain && hasPlainSettings(sqlite) ? ledger : undefined;
}

const known = new WeakMap<object, ReadonlyMap<string, string>>();

function objectsAt(lineage: Lineage, version: number): ReadonlyMap<string, string> {
  const schema = schemaAt(lineage, version);
  const objects = known.get(schema) ?? new Map(schema.map(({ name, sql }) => [name, sql]));
  known.set(schema, objects);
  return objects;
}

/** An application that uses the header's two fields for itself keeps them. */
function hasPlainSettings(sqlite: Database): boolean {
  const read = (pragma: string) => sqlite.pragma(`${fusedSchema}.${pragma}`, { simple: true });
  const owner = read('application_id');
  const isOurs = owner === applicationId || (owner === 0 && read('user_version') === 0);
  return isOurs && read('page_size') === defaultPageSizeBytes && read('auto_vacuum') === 0;
}

const defaultPageSizeBytes = 4096;

const ledgerTexts = new WeakMap<Lineage, string>();

/** Drizzle breaks the lines of its statement, varve does not. */
function ledgerText(lineage: Lineage): string {
  const text = ledgerTexts.get(lineage) ?? makeLedgerText(lineage);
  ledgerTexts.set(lineage, text);
  return text;
}

function makeLedgerText(lineage: Lineage): string {
  const sqlite = openMemory();
  try {
    createLedger(sqlite, lineage.migrations[0]);
    return plainText(sqlite.prepare<[], string>('SELECT sql FROM sqlite_schema').pluck().get() ?? '');
  } finally {
    sqlite.close();
  }
}

function plainText(sql: string): string {
  return sql.replace(/\s+/g, ' ').replace(/ ?([(),]) ?/g, '$1');
}
