import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Database, openImage } from '../driver/index.ts';
import { compareWithReplay } from '../testing/lineages/compare-with-replay.ts';
import { familySamples } from '../testing/lineages/family-samples.ts';
import { replayRaw } from '../testing/replay-raw.ts';
import { dumpDatabase } from '../testing/test-lineage.ts';
import { applyMigration } from './apply-migration.ts';

const { VARVE_DEEP, VARVE_SEED } = process.env;
const isDeep = VARVE_DEEP === '1';
const seed = VARVE_SEED ? { seed: Number(VARVE_SEED) } : {};
const minutes = 60_000;

it('foreign keys and triggers do to rows in a transaction what SQLite has them do by itself', {
  timeout: 60 * minutes,
}, () => {
  let same = 0;
  const check = fc.property(familySamples(), ({ lineage, from, image }) => {
    const [change] = lineage.migrations.slice(from);
    if (!change) return;
    const raw = contents(image, (sqlite) => replayRaw(sqlite, change.sql));
    // Under foreign keys of its own SQLite fails on a reference that a later statement mends.
    if (!raw) return;
    expect(
      contents(image, (sqlite) => sqlite.transaction(() => applyMigration(sqlite, change, { lineage }))()),
    ).toEqual(raw);
    same += 1;
  });
  const numRuns = isDeep ? 20_000 : 300;
  fc.assert(check, { numRuns, ...seed });
  expect(same).toBeGreaterThan(numRuns / 3);
});

function contents(image: Buffer, change: (sqlite: Database) => void): unknown {
  const sqlite = openImage(image);
  try {
    sqlite.pragma('foreign_keys = OFF');
    change(sqlite);
    return dumpDatabase(sqlite);
  } catch {
    return undefined;
  } finally {
    sqlite.close();
  }
}

it('the lens says of such changes what a replay makes of them', { timeout: 60 * minutes }, () => {
  const check = fc.property(familySamples(), (sample) => {
    const comparison = compareWithReplay(sample);
    if (comparison.outcome !== 'different') return;
    const { query, replayed, throughLens } = comparison.difference;
    expect({ query, answer: throughLens }).toEqual({ query, answer: replayed });
  });
  fc.assert(check, { numRuns: isDeep ? 2_000 : 40, ...seed });
});
