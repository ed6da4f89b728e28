import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { compareWithReplay } from '../testing/lineages/compare-with-replay.ts';
import { lineageSamples } from '../testing/lineages/sample-lineage.ts';

const isDeep = process.env.VARVE_DEEP === '1';
const seed = process.env.VARVE_SEED;
const counts = new Map<string, number>();
const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);

it('reading an old file through its lens equals replaying a copy and reading that', {
  timeout: 3_600_000,
}, () => {
  fc.assert(
    fc.property(lineageSamples(isDeep ? 'large' : 'small'), (sample) => {
      const comparison = compareWithReplay(sample);
      count(comparison.outcome);
      for (const table of comparison.lens?.tables ?? []) count(`table ${table.strategy}`);
      if (comparison.outcome === 'refused') count(`refused: ${comparison.lens.refusal?.reason.slice(0, 60)}`);
      if (comparison.outcome !== 'different') return;
      const { query, replayed, throughLens } = comparison.difference;
      expect({ query, rows: throughLens }).toEqual({ query, rows: replayed });
      throw new Error(`the answers to ${query} differ`);
    }),
    { numRuns: isDeep ? 50_000 : 2_500, ...(seed && { seed: Number(seed) }) },
  );
});

afterAll(() => {
  console.log(Object.fromEntries([...counts].sort(([, a], [, b]) => b - a)));
});
