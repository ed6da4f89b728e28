import { isDeepStrictEqual } from 'node:util';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { patchOf } from '../patch/patch-of.ts';
import { virtualStatements } from '../patch/virtual-statements.ts';
import { describeDatabase } from '../testing/describe-database.ts';
import { type LineageSample, lineageSamples } from '../testing/lineages/sample-lineage.ts';
import { virtualTables } from '../testing/lineages/sample-schema.ts';
import { replayMigrations } from './replay.ts';
import { ReplayRecipe } from './replay-recipe.ts';

const isDeep = process.env.VARVE_DEEP === '1';
const lineageCount = isDeep ? 20_000 : 80;

function allButLedger(sqlite: Database.Database): unknown {
  const { objects, rows } = describeDatabase(sqlite) as { objects: unknown; rows: unknown };
  return { objects, rows };
}

/** What it comes to; undefined where it fails, or is not to be done. */
function after(
  { image }: LineageSample,
  work: (sqlite: Database.Database) => boolean,
  read: (sqlite: Database.Database) => unknown = allButLedger,
): unknown {
  const copy = new Database(image);
  try {
    if (!work(copy)) return undefined;
    return read(copy);
  } catch {
    return undefined;
  } finally {
    copy.close();
  }
}

it('does to files that are alike what a replay does, of which it asks the first', {
  timeout: 3_600_000,
}, () => {
  let compared = 0;
  fc.assert(
    fc.property(lineageSamples(isDeep ? 'large' : 'small'), (sample) => {
      const { lineage, from } = sample;
      // Where pending statements read the ledger it is for nobody.
      if (!patchOf(lineage, from)) return;
      const recipe = new ReplayRecipe();
      const replay = () => after(sample, (sqlite) => replayMigrations(sqlite, lineage) !== undefined);
      const replayed = replay();
      for (const _file of ['the first', 'another']) {
        const made = after(sample, (sqlite) => recipe.run(sqlite, lineage, from));
        if (made === undefined || replayed === undefined || isDeepStrictEqual(made, replayed)) continue;
        // Where the largest rowid is taken, SQLite makes up the next.
        if (isDeepStrictEqual(replay(), replayed)) expect(made).toEqual(replayed);
      }
      const isRun = after(sample, (sqlite) => recipe.run(sqlite, lineage, from)) !== undefined;
      if (isRun && replayed !== undefined) compared++;
    }),
    { numRuns: lineageCount, endOnFailure: true },
  );
  console.log(`${compared} of ${lineageCount} compared`);
  expect(compared / lineageCount).toBeGreaterThan(0.1);
});

/** The rows of the virtual tables, and of those that they keep for themselves. */
function virtualRows(sqlite: Database.Database): unknown {
  const virtual = new Set(virtualTables(sqlite).map(({ name }) => name));
  const { rows } = describeDatabase(sqlite) as { rows: readonly (readonly unknown[])[] };
  return rows.filter(([name]) => virtual.has(String(name)));
}

it('makes of virtual tables what a replay makes by the statements alone that have to do with them', {
  timeout: 3_600_000,
}, () => {
  let compared = 0;
  fc.assert(
    fc.property(lineageSamples(isDeep ? 'large' : 'small'), (sample) => {
      const { lineage, from } = sample;
      const part = patchOf(lineage, from) && virtualStatements(lineage, from);
      if (!part) return;
      const recipe = new ReplayRecipe(part);
      const read = (work: (sqlite: Database.Database) => unknown) =>
        after(sample, (sqlite) => work(sqlite) !== false, virtualRows);
      const made = read((sqlite) => recipe.run(sqlite, lineage, from));
      const replayed = read((sqlite) => replayMigrations(sqlite, lineage));
      if (made === undefined || replayed === undefined) return;
      if (part.statements.size > 0) compared++;
      if (isDeepStrictEqual(made, replayed)) return;
      const again = read((sqlite) => replayMigrations(sqlite, lineage));
      if (isDeepStrictEqual(again, replayed)) expect(made).toEqual(replayed);
    }),
    { numRuns: lineageCount, endOnFailure: true },
  );
  console.log(`${compared} of ${lineageCount} compared by some statements`);
  if (isDeep) expect(compared / lineageCount).toBeGreaterThan(0.01);
});
