import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeDatabase } from '../../../migrations/src/testing/describe-database.ts';
import { isDecidedByChance } from '../../../migrations/src/testing/lineages/is-decided-by-chance.ts';
import {
  type LineageSample,
  lineageSamples,
} from '../../../migrations/src/testing/lineages/sample-lineage.ts';
import { upgradeArchive } from '../index.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

/** All that the file holds afterwards, or why it could not be upgraded. */
async function upgrade(
  path: string,
  { lineage, image }: LineageSample,
  verify: 'counts' | 'full',
): Promise<unknown> {
  writeFileSync(path, image);
  try {
    await upgradeArchive(path, { lineage, acceptLoss: true, verify });
  } catch (error) {
    return error;
  }
  const sqlite = new Database(readFileSync(path));
  try {
    return describeDatabase(sqlite);
  } finally {
    sqlite.close();
  }
}

it('what was found out about a file makes no other file of the next that is like it', {
  timeout: 3_600_000,
}, async () => {
  const path = join(makeTempDir(), 'archive.db');
  await fc.assert(
    fc.asyncProperty(lineageSamples(), async (sample) => {
      const first = await upgrade(path, sample, 'counts');
      expect(first).not.toMatchObject({ code: 'UPGRADE_MISMATCH' });
      const next = [await upgrade(path, sample, 'counts'), await upgrade(path, sample, 'full')];
      if (!isDecidedByChance(sample)) expect(next).toEqual([first, first]);
    }),
    { numRuns: process.env.VARVE_DEEP === '1' ? 2000 : 40, endOnFailure: true },
  );
});
