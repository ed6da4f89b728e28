import type { Lineage } from '@varve/migrations';
import { isLedger, readSchema, type SchemaObject, schemaAt } from '@varve/migrations/internal';
import { type Database, findShapeDifferences } from '../file/index.ts';
import { mismatchError } from './mismatch-error.ts';

/**
 * Checks that an upgraded copy has the tables of head, and every index, view and trigger but those the file lacked
 * before: Drizzle's migrator drops some on its way. That no row lost its parent was checked by the replay.
 *
 * @throws UPGRADE_MISMATCH
 */
export function verifySchema(
  sqlite: Database,
  lineage: Lineage,
  lackedBefore: readonly string[],
  path: string,
): void {
  const head = lineage.migrations.length;
  const missing = findMissing(sqlite, lineage, head).filter((object) => !lackedBefore.includes(object));
  const wrong = [...missing, ...findShapeDifferences(sqlite, lineage, head).wrong];
  if (wrong.length > 0) throw mismatchError(`its schema is not that of head: ${wrong.join(', ')}`, { path });
}

/**
 * Checks that every object of head has head's text, and what the file had beside them the text that it had.
 *
 * @throws UPGRADE_MISMATCH
 */
export function verifyTexts(
  sqlite: Database,
  lineage: Lineage,
  { lacked, strangers }: { readonly lacked: readonly string[]; readonly strangers: readonly SchemaObject[] },
  path: string,
): void {
  const known = schemaAt(lineage, lineage.migrations.length).filter((it) => !lacked.includes(describe(it)));
  const expected = new Map([...known, ...strangers].map((object) => [describe(object), object.sql]));
  const actual = new Map(readSchema(sqlite).map((object) => [describe(object), object.sql]));
  const names = new Set([...expected.keys(), ...actual.keys()]);
  const wrong = [...names].filter((name) => expected.get(name) !== actual.get(name));
  if (wrong.length > 0)
    throw mismatchError(`its schema is not what it should be: ${wrong.join(', ')}`, { path });
}

/** What a file has that its version does not, and its ledger, where that is not as a migration would make it. */
export function findStrangers(sqlite: Database, lineage: Lineage, version: number): SchemaObject[] {
  const known = new Map(schemaAt(lineage, version).map((object) => [describe(object), object.sql]));
  return readSchema(sqlite).filter((object) => {
    const text = known.get(describe(object));
    return text === undefined || (text !== object.sql && isLedger(object.name, lineage));
  });
}

/** The indexes, views and triggers of a version that a file lacks. */
export function findMissing(sqlite: Database, lineage: Lineage, version: number): string[] {
  const actual = new Set(readSchema(sqlite).map(describe));
  const expected = schemaAt(lineage, version).filter(({ type }) => type !== 'table');
  return expected.map(describe).filter((object) => !actual.has(object));
}

function describe({ type, name }: SchemaObject): string {
  return `${type} ${name}`;
}
