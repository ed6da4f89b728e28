import type { Lineage } from '@varve/migrations';
import { identifierOf, isLedger, nameKey, readSchema, tokenizeSql } from '@varve/migrations/internal';
import type { Database } from '../file/index.ts';
import { mismatchError } from './mismatch-error.ts';

/** Where SQLite keeps what it counts for AUTOINCREMENT: https://www.sqlite.org/autoinc.html */
export const counterTable = 'sqlite_sequence';

interface VerifyCountersOptions {
  readonly lineage: Lineage;
  readonly path: string;
  /** Whether what is expected of a table is known. */
  isKnown(table: string): boolean;
}

/**
 * Checks that each table of an upgraded copy but its ledger has the counter that a connection's own file has for it.
 *
 * @throws UPGRADE_MISMATCH with `details.table`
 */
export function verifyCounters(
  upgraded: Database,
  expected: Database,
  { lineage, path, isKnown }: VerifyCountersOptions,
): void {
  const [actual, wanted] = [readCounters(upgraded), readCounters(expected)];
  const table = [...new Set([...actual.keys(), ...wanted.keys()])]
    .filter((name) => isKnown(name) && !isLedger(name, lineage))
    .find((name) => actual.get(name) !== wanted.get(name));
  if (table !== undefined) throw mismatchError(`the counter of ${table} differs`, { path, table });
}

function readCounters(sqlite: Database): Map<string, string> {
  const exists = sqlite.prepare('SELECT 1 FROM main.sqlite_schema WHERE name = ?').get(counterTable);
  if (!exists) return new Map();
  const sql = `SELECT name, group_concat(quote(seq)) FROM (SELECT * FROM main.${counterTable} ORDER BY name, seq) GROUP BY name`;
  return new Map(sqlite.prepare<[], [string, string]>(sql).raw().all());
}

/** Tables whose counters pending migrations leave as they are: none names them, and no trigger does anything. */
export function countersKept(
  sqlite: Database,
  lineage: Lineage,
  version: number,
): VerifyCountersOptions['isKnown'] {
  if (readSchema(sqlite).some(({ type }) => type === 'trigger')) return () => false;
  const pending = lineage.migrations.slice(version).map(({ sql }) => sql);
  const tokens = [...tokenizeSql(pending.join('\n;\n'))];
  const named = new Set(tokens.map((token) => nameKey(identifierOf(token) ?? '')));
  return (table) => !named.has(nameKey(table));
}
