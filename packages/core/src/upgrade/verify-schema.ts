import type { Lineage } from '@varve/migrations';
import { readSchema, type SchemaObject, schemaAt } from '@varve/migrations/internal';
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

/** The indexes, views and triggers of a version that a file lacks. */
export function findMissing(sqlite: Database, lineage: Lineage, version: number): string[] {
  const actual = new Set(readSchema(sqlite).map(describe));
  const expected = schemaAt(lineage, version).filter(({ type }) => type !== 'table');
  return expected.map(describe).filter((object) => !actual.has(object));
}

function describe({ type, name }: SchemaObject): string {
  return `${type} ${name}`;
}
