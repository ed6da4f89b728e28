import type { Lineage } from '@varve/migrations';
import type { Database } from '@varve/migrations/internal';
import { lineageLedger } from '@varve/migrations/internal';

/** Which lineage the tables of a unified view were made from: what the ledger of a file at its head has, in order. */
export type LineageRecord = readonly RecordedStep[];

interface RecordedStep {
  /** The version of the lineage that a file with this row, and all before it, has reached, or is on its way to. */
  readonly version: number;
  readonly hash: string;
}

/**
 * How a lineage stands to the one a view was made from. `moved` when the view is behind it, of another branch of it, or
 * numbers its versions otherwise, `ahead` when the view knows migrations that come after the lineage's last.
 */
export type LineageRelation = 'current' | 'moved' | 'ahead' | 'foreign';

export function writeLineageRecord(sqlite: Database, lineage: Lineage): void {
  sqlite.exec(
    'CREATE TABLE "_lineage" ("place" INTEGER PRIMARY KEY, "version" INTEGER NOT NULL, "hash" TEXT NOT NULL)',
  );
  const insert = sqlite.prepare('INSERT INTO "_lineage" ("version", "hash") VALUES (?, ?)');
  for (const { version, hashes } of stepsOf(lineage)) insert.run(version, hashes[0]);
}

/** Empty for a file without a record. */
export function readLineageRecord(sqlite: Database): LineageRecord {
  const exists = sqlite.prepare(`SELECT 1 FROM sqlite_schema WHERE name = '_lineage'`).get();
  if (!exists) return [];
  return sqlite.prepare<[], RecordedStep>('SELECT "version", "hash" FROM "_lineage" ORDER BY rowid').all();
}

export function compareLineage(record: LineageRecord, lineage: Lineage): LineageRelation {
  const steps = stepsOf(lineage);
  if (!record[0] || !steps[0]?.hashes.includes(record[0].hash)) return 'foreign';
  const isPrefix = steps.every(({ version, hashes }, at) => {
    const recorded = record[at];
    return recorded?.version === version && hashes.includes(recorded.hash);
  });
  if (!isPrefix) return 'moved';
  return record.length > steps.length ? 'ahead' : 'current';
}

function stepsOf(lineage: Lineage): { version: number; hashes: readonly string[] }[] {
  const { steps, heights } = lineageLedger(lineage);
  return steps.map(({ hashes }, at) => ({ version: heights.findIndex((height) => height > at), hashes }));
}
