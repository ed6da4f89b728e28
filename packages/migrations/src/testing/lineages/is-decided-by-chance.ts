import { isDeepStrictEqual } from 'node:util';
import Database from 'better-sqlite3';
import { replayMigrations } from '../../replay/replay.ts';
import { describeDatabase } from '../describe-database.ts';
import type { LineageSample } from './sample-lineage.ts';

/** Where the largest rowid is taken, SQLite makes up the next: two replays of the same file leave different rows. */
export function isDecidedByChance(sample: Pick<LineageSample, 'lineage' | 'image'>): boolean {
  return !isDeepStrictEqual(replayed(sample), replayed(sample));
}

function replayed({ lineage, image }: Pick<LineageSample, 'lineage' | 'image'>): unknown {
  const copy = new Database(image);
  try {
    replayMigrations(copy, lineage);
    return describeDatabase(copy);
  } catch (error) {
    return (error as Error).message;
  } finally {
    copy.close();
  }
}
