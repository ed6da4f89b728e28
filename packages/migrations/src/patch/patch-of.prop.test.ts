import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Lineage } from '../lineage/index.ts';
import { keepingSamples } from '../testing/lineages/keeping-samples.ts';
import { lineageSamples } from '../testing/lineages/sample-lineage.ts';
import { patchOf } from './patch-of.ts';

const lineageCount = process.env.VARVE_DEEP === '1' ? 1000 : 12;

/** Each by a lineage of its own, of which nothing is known. */
function compileApart(lineage: Lineage): unknown[] {
  return lineage.migrations.map((_, from) => patchOf({ ...lineage }, from));
}

function compileTogether(lineage: Lineage, versions: readonly number[]): unknown[] {
  const same = { ...lineage };
  const patches = new Map(versions.map((from) => [from, patchOf(same, from)]));
  return lineage.migrations.map((_, from) => patches.get(from));
}

it('is the same for a version whatever versions of its lineage were asked for before', () => {
  let compared = 0;
  const samples = fc.oneof(lineageSamples('small'), keepingSamples());
  fc.assert(
    fc.property(samples, ({ lineage }) => {
      const apart = compileApart(lineage);
      const versions = [...lineage.migrations.keys()];
      expect(compileTogether(lineage, versions)).toEqual(apart);
      expect(compileTogether(lineage, versions.toReversed())).toEqual(apart);
      compared += apart.filter((patch) => patch !== undefined).length;
    }),
    { numRuns: lineageCount, endOnFailure: true },
  );
  expect(compared).toBeGreaterThan(0);
});
