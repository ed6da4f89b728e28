import { prepareQuery } from '@varve/aggregator/internal';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { renderRows } from './render-rows.ts';

it('loses nothing on the way to JSON', () => {
  const sql =
    "SELECT 9007199254740993 AS big, 1 AS n, 1.5 AS r, 9e999 AS inf, x'00ff' AS b, NULL AS none, 2 AS n";
  const json = [...renderRows(prepareQuery(new Database(':memory:'), sql), { json: true })].join('');
  expect(json).toContain('"big": 9007199254740993,');
  expect(JSON.parse(json)).toEqual([
    {
      big: 9007199254740992,
      n: 1,
      r: 1.5,
      inf: Number.POSITIVE_INFINITY,
      b: { base64: 'AP8=' },
      none: null,
      'n:1': 2,
    },
  ]);
});
