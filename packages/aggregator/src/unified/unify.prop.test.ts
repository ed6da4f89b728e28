import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Lineage } from '@varve/migrations';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isDecidedByChance } from '../../../migrations/src/testing/lineages/is-decided-by-chance.ts';
import { lineageSamples } from '../../../migrations/src/testing/lineages/sample-lineage.ts';
import { writeSampleArchives } from '../testing/lineage-archives.ts';
import { readUnifiedRows, unionOfUpgraded } from '../testing/unified-rows.ts';
import { openUnified } from './open-unified.ts';

const isDeep = process.env.VARVE_DEEP === '1';
const numRuns = isDeep ? 1000 : 10;

/** A sample whose archives all can be brought to head, and in which order and in how many parts they arrive. */
const arrivals = fc.record({
  sample: lineageSamples('small'),
  order: fc.array(fc.nat(99), { minLength: 12, maxLength: 12 }),
  parts: fc.integer({ min: 1, max: 4 }),
  gone: fc.nat(99),
  jobs: fc.constantFrom(1, 2),
});

it('holds the union of the archives physically upgraded, however they arrive, and forgets what goes', {
  timeout: 3_600_000,
}, async () => {
  let compared = 0;
  const property = fc.asyncProperty(arrivals, async ({ sample, order, parts, gone, jobs }) => {
    fc.pre(!isDecidedByChance(sample));
    const work = mkdtempSync(join(tmpdir(), 'varve-unify-'));
    try {
      const [aside, dir] = [join(work, 'aside'), join(work, 'archives')];
      for (const path of [aside, dir]) mkdirSync(path);
      const written = writeSampleArchives(sample, aside);
      // Where the migrations fail on the rows there is nothing to compare with.
      fc.pre(written.length === sample.lineage.migrations.length - sample.from + 1);
      const lineage = withoutIdleFunctions(sample.lineage);
      const sorted = written.toSorted((a, b) => sortKey(a, order) - sortKey(b, order));
      const moved = sorted.map((path) => join(dir, basename(path)));
      const expected = (paths: readonly string[]) => unionOfUpgraded(paths, lineage, work);
      using unified = await openUnified(join(work, 'u.db'), { lineage, archives: dir, jobs });
      const size = Math.ceil(sorted.length / parts);
      for (let at = 0; at < sorted.length; at += size) {
        for (const path of sorted.slice(at, at + size)) renameSync(path, join(dir, basename(path)));
        expect((await unified.refresh()).problems).toEqual([]);
        const present = moved.slice(0, at + size);
        expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(expected(present));
      }
      expect(await unified.refresh()).toMatchObject({ added: 0, changed: 0, removed: 0 });
      expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(expected(moved));
      const removed = moved[gone % moved.length] as string;
      rmSync(removed);
      await unified.refresh();
      const left = moved.filter((path) => path !== removed);
      expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(expected(left));
      compared += written.length;
    } finally {
      rmSync(work, { recursive: true });
    }
  });
  await fc.assert(property, { numRuns, endOnFailure: true });
  expect(compared).toBeGreaterThan(numRuns);
});

/** Without those that no migration calls: a lineage with functions is read by one process. */
function withoutIdleFunctions(lineage: Lineage): Lineage {
  const names = Object.keys(lineage.functions);
  const isCalled = lineage.migrations.some(({ sql }) => names.some((name) => sql.includes(name)));
  return isCalled ? lineage : { ...lineage, functions: {} };
}

function sortKey(path: string, order: readonly number[]): number {
  return order[Number(basename(path, '.db')) % order.length] ?? 0;
}
