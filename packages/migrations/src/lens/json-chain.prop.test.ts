import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rowsOfJson, tableOfJson } from '../testing/lineages/rows-of-json.ts';
import { payloads } from '../testing/lineages/sample-json.ts';
import { chainedUpdates } from '../testing/lineages/sample-json-chains.ts';
import { lineageOf } from '../testing/test-lineage.ts';
import { compileLens } from './compile-lens.ts';
import { installLens } from './install-lens.ts';
import type { Lens } from './lens.ts';

const isDeep = process.env.VARVE_DEEP === '1';

function lensOf(pending: readonly string[]): Lens {
  return compileLens(lineageOf([tableOfJson, ...pending]), 1);
}

/** True when the table is read in one query, with nothing between its rows and the expression over them. */
function isOneExpression(lens: Lens): boolean {
  const sql = lens.tables.find((table) => table.name === 't')?.select('main') ?? '';
  return sql.endsWith('FROM "main"."t" AS "t"');
}

it('JSON that several updates change is, made in one expression, what each of them by itself would leave', {
  timeout: isDeep ? 3_600_000 : 120_000,
}, () => {
  const outcomes = { same: 0, fails: 0, one: 0 };
  fc.assert(
    fc.property(chainedUpdates, fc.array(payloads, { minLength: 2, maxLength: 6 }), (pending, rows) => {
      const lens = lensOf(pending);
      if (lens.refusal) return;
      outcomes.one +=
        pending.filter((sql) => sql.startsWith('UPDATE')).length > 1 && isOneExpression(lens) ? 1 : 0;
      for (const payload of rows) {
        const replayed = rowsOfJson(payload, (sqlite) => sqlite.exec(pending.join(';')));
        outcomes[replayed === 'fails' ? 'fails' : 'same'] += 1;
        // A lens does not fail where nobody reads what does.
        if (replayed === 'fails') continue;
        expect(rowsOfJson(payload, (sqlite) => installLens(sqlite, lens))).toEqual(replayed);
      }
    }),
    { numRuns: isDeep ? 20_000 : 200 },
  );
  console.log(outcomes);
  expect(outcomes.same).toBeGreaterThan(outcomes.fails / 2);
  expect(outcomes.one).toBeGreaterThan(isDeep ? 1_000 : 5);
});
