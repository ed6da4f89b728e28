import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readSchemas, takeSchemas } from '../../../migrations/src/lens/schema-at.ts';
import { describeDatabase } from '../../../migrations/src/testing/describe-database.ts';
import { isDecidedByChance } from '../../../migrations/src/testing/lineages/is-decided-by-chance.ts';
import {
  type LineageSample,
  lineageSamples,
} from '../../../migrations/src/testing/lineages/sample-lineage.ts';
import { makeTempDir } from '../testing/temp-dir.ts';
import type { Prepare } from './built-upgrade.ts';
import { compileVersion, takeVersion } from './compiled-version.ts';
import { upgradePrepared } from './upgrade-archive.ts';

/** All that the file holds afterwards, or why it could not be upgraded. */
async function upgrade(
  path: string,
  { lineage, image }: LineageSample,
  verify: 'counts' | 'full',
  prepare?: Prepare,
): Promise<unknown> {
  writeFileSync(path, image);
  try {
    await upgradePrepared(path, { lineage, acceptLoss: true, verify, ...(prepare && { prepare }) });
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

/** In a process that is told what it would compile, and has seen no file before. */
async function upgradeTold(path: string, sample: LineageSample, verify: 'counts' | 'full'): Promise<unknown> {
  const lineage = { ...sample.lineage };
  const schemas = readSchemas(sample.lineage);
  if (schemas) takeSchemas(lineage, structuredClone(schemas));
  const told = new Set<number>();
  const prepare = (from: number) => {
    if (told.has(from)) return undefined;
    told.add(from);
    const compiled = structuredClone(compileVersion(sample.lineage, from, verify));
    return Promise.resolve().then(() => takeVersion(lineage, from, compiled));
  };
  return upgrade(path, { ...sample, lineage }, verify, prepare);
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

it('what another process compiled makes no other file, and tells of no other problem', {
  timeout: 3_600_000,
}, async () => {
  const path = join(makeTempDir(), 'archive.db');
  await fc.assert(
    fc.asyncProperty(lineageSamples(), fc.constantFrom('counts', 'full'), async (sample, verify) => {
      const own = await upgrade(path, sample, verify);
      const told = await upgradeTold(path, sample, verify);
      if (!isDecidedByChance(sample)) expect(told).toEqual(own);
    }),
    { numRuns: process.env.VARVE_DEEP === '1' ? 2000 : 40, endOnFailure: true },
  );
});
