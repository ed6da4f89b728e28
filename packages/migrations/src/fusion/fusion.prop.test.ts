import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { compileLens } from '../lens/compile-lens.ts';
import { replayMigrations } from '../replay/replay.ts';
import { describeDatabase } from '../testing/describe-database.ts';
import { fuseFile } from '../testing/fuse-file.ts';
import { type LineageSample, lineageSamples } from '../testing/lineages/sample-lineage.ts';

const isDeep = process.env.VARVE_DEEP === '1';
const lineageCount = isDeep ? 2_000 : 80;
const dir = mkdtempSync(join(tmpdir(), 'varve-fusion-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function closeAs<T>(sqlite: Database.Database, work: () => T): T {
  try {
    return work();
  } finally {
    sqlite.close();
  }
}

/** What a replay makes of the file, and what one pass does; undefined where either fails or one pass is declined. */
function bringBothWays({ lineage, from, image }: LineageSample) {
  const bound = new Set(
    compileLens(lineage, from)
      .tables.filter((it) => !it.hasFreeRowids)
      .map((it) => it.name),
  );
  const fused = attempt(() => fuseFile(image, join(dir, 'old.db'), lineage, from));
  if (!fused) return undefined;
  const one = closeAs(fused, () => describeDatabase(fused, bound));
  const copy = new Database(image);
  const other = closeAs(
    copy,
    () => attempt(() => replayMigrations(copy, lineage)) && describeDatabase(copy, bound),
  );
  return { fused: one, replayed: other ?? 'fails' };
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

it('one pass makes the file that a replay makes: the same objects, cells, ledger and rowids', {
  timeout: 3_600_000,
}, () => {
  let compared = 0;
  fc.assert(
    fc.property(lineageSamples(isDeep ? 'large' : 'small'), (sample) => {
      const both = bringBothWays(sample);
      if (!both) return;
      compared++;
      expect(both.fused).toEqual(both.replayed);
    }),
    {
      numRuns: lineageCount,
      endOnFailure: true,
    },
  );
  console.log(`${compared} of ${lineageCount} in one pass`);
  expect(compared / lineageCount).toBeGreaterThan(0.05);
});
