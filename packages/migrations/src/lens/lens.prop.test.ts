import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { type Comparison, compareWithReplay } from '../testing/lineages/compare-with-replay.ts';
import { lineageSamples } from '../testing/lineages/sample-lineage.ts';

const { VARVE_DEEP } = process.env;
const isDeep = VARVE_DEEP === '1';
const lineageCount = isDeep ? 50_000 : 1_000;
const counts = new Map<string, number>();

function count(comparison: Comparison): void {
  const tables = comparison.lens?.tables.map((table) => `table: ${table.strategy}`) ?? [];
  const reason = comparison.lens?.refusal?.reason;
  const refused = reason === undefined ? [] : [`refused: ${reason.slice(0, 60)}`];
  for (const what of [`lineage: ${comparison.outcome}`, ...tables, ...refused]) {
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
}

function assertSame(comparison: Comparison): void {
  if (comparison.outcome !== 'different') return;
  const { query, replayed, throughLens } = comparison.difference;
  expect({ query, answer: throughLens }).toEqual({ query, answer: replayed });
}

const oneHour = 3_600_000;

it('reading an old file through its lens equals replaying a copy and reading that', {
  timeout: oneHour,
}, () => {
  fc.assert(
    fc.property(lineageSamples(isDeep ? 'large' : 'small'), (sample) => {
      const comparison = compareWithReplay(sample);
      count(comparison);
      assertSame(comparison);
    }),
    { numRuns: lineageCount },
  );
  const share = (outcome: Comparison['outcome']) => (counts.get(`lineage: ${outcome}`) ?? 0) / lineageCount;
  // A sample that compares nothing proves nothing.
  expect(share('same')).toBeGreaterThan(isDeep ? 0.4 : 0.6);
  expect(share('replay fails')).toBeLessThan(0.15);
});

afterAll(() => {
  console.log(Object.fromEntries([...counts].sort(([, a], [, b]) => b - a)));
});
