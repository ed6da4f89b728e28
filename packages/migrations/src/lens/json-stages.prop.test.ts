import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rowsOfJson, tableOfJson } from '../testing/lineages/rows-of-json.ts';
import { payloads, statements } from '../testing/lineages/sample-json.ts';
import { lineageOf } from '../testing/test-lineage.ts';
import { compileLens } from './compile-lens.ts';
import { installLens } from './install-lens.ts';
import type { Lens } from './lens.ts';

const isDeep = process.env.VARVE_DEEP === '1';
const outcomes = { same: 0, fails: 0, jsonb: 0 };

it('JSON that several migrations reshape is, text for text, what each of them by itself would leave', {
  timeout: isDeep ? 3_600_000 : 120_000,
}, () => {
  fc.assert(
    fc.property(
      fc.array(statements, { minLength: 2, maxLength: 4 }),
      fc.array(payloads, { minLength: 2, maxLength: 5 }),
      (pending, rows) => {
        const lens: Lens = compileLens(lineageOf([tableOfJson, ...pending]), 1);
        if (lens.refusal) return;
        outcomes.jsonb += lens.tables.some((table) => table.select('main').includes('("payload as JSONB"'))
          ? 1
          : 0;
        for (const payload of rows) {
          const replayed = rowsOfJson(payload, (sqlite) => sqlite.exec(pending.join(';')));
          const throughLens = rowsOfJson(payload, (sqlite) => installLens(sqlite, lens));
          outcomes[replayed === 'fails' ? 'fails' : 'same'] += 1;
          // A lens does not fail where nobody reads what does.
          if (replayed !== 'fails') expect(throughLens).toEqual(replayed);
        }
      },
    ),
    { numRuns: isDeep ? 20_000 : 120 },
  );
  console.log(outcomes);
  expect(outcomes.same).toBeGreaterThan(outcomes.fails / 2);
  expect(outcomes.jsonb).toBeGreaterThan(isDeep ? 4_000 : 20);
});

it.each([
  ["payload = json_set(payload, '$.b', payload)", '{"a":1,"b":"{\\"a\\":1}"}'],
  ["payload = json_set(payload, '$.b', json(payload))", '{"a":1,"b":{"a":1}}'],
  ["payload = json_set(payload, '$.b', payload -> '$.a')", '{"a":1,"b":1}'],
  ["payload = json_set(payload, '$.b', typeof(payload))", '{"a":1,"b":"text"}'],
  ["payload = json_set(payload, '$.b', json_valid(payload))", '{"a":1,"b":1}'],
  ["payload = json_set(payload, '$.b', length(json_remove(payload, '$.a')))", '{"a":1,"b":2}'],
  ['payload = iif(id > 0, payload, NULL)', '{"a":1}'],
])('JSON that was just made is a text to whatever is no JSON function: %s', (set, expected) => {
  const pending = ["UPDATE t SET payload = json_set('{}', '$.a', 1)", `UPDATE t SET ${set}`];
  const lens = compileLens(lineageOf([tableOfJson, ...pending]), 1);
  const rows = rowsOfJson(null, (sqlite) => installLens(sqlite, lens)) as unknown[][];
  expect(rows[0]?.slice(1, 3)).toEqual(['text', expected]);
});
