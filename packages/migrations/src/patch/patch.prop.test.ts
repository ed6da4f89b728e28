import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { countReferenceViolations, newViolations } from '../replay/reference-violations.ts';
import { replayMigrations } from '../replay/replay.ts';
import { describeDatabase } from '../testing/describe-database.ts';
import { type LineageSample, lineageSamples } from '../testing/lineages/sample-lineage.ts';
import { patchFile } from './patch-file.ts';

const isDeep = process.env.VARVE_DEEP === '1';
const lineageCount = isDeep ? 2_000 : 80;
const dir = mkdtempSync(join(tmpdir(), 'varve-patch-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return error as Error;
  }
}

/** All that there is, and what SQLite itself counts: what AUTOINCREMENT has given out. */
function describe(sqlite: Database.Database): unknown {
  const has = sqlite.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'`).get();
  const counters = has
    ? sqlite.prepare('SELECT name, seq FROM sqlite_sequence ORDER BY name').all()
    : undefined;
  return { all: describeDatabase(sqlite), counters, check: sqlite.pragma('quick_check') };
}

/** What a replay makes of the file, and what a patch does; undefined where the patch is declined or fails. */
function bringBothWays(sample: LineageSample) {
  const { lineage, from, image } = sample;
  const path = join(dir, 'old.db');
  writeFileSync(path, image);
  const patched = new Database(path);
  try {
    const before = countReferenceViolations(patched);
    if (attempt(() => patchFile(patched, lineage, from)) !== true) return undefined;
    // Whoever patches looks at references, as a replay does.
    if (newViolations(before, countReferenceViolations(patched)).length > 0) return undefined;
    return { patched: describe(patched), replayed: replay(sample) };
  } finally {
    patched.close();
  }
}

function replay({ lineage, image }: LineageSample): unknown {
  const copy = new Database(image);
  try {
    const done = attempt(() => replayMigrations(copy, lineage));
    return done instanceof Error ? done.message : describe(copy);
  } finally {
    copy.close();
  }
}

/** Where the largest rowid is taken, SQLite makes up the next. */
function isDecidedByChance(sample: LineageSample, replayed: unknown): boolean {
  return !isDeepStrictEqual(replay(sample), replayed);
}

it('a patch makes the file that a replay makes: the same objects, cells, ledger and counters', {
  timeout: 3_600_000,
}, () => {
  let compared = 0;
  fc.assert(
    fc.property(lineageSamples(isDeep ? 'large' : 'small'), (sample) => {
      const both = bringBothWays(sample);
      if (!both) return;
      compared++;
      if (!isDeepStrictEqual(both.patched, both.replayed) && isDecidedByChance(sample, both.replayed)) return;
      expect(both.patched).toEqual(both.replayed);
    }),
    {
      numRuns: lineageCount,
      endOnFailure: true,
      ...(process.env.VARVE_SEED && { seed: Number(process.env.VARVE_SEED) }),
    },
  );
  console.log(`${compared} of ${lineageCount} patched`);
  expect(compared / lineageCount).toBeGreaterThan(0.1);
});
