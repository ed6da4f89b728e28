import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readLayout } from './layout.ts';
import { holdSameRows, isSameTree } from './same-rows.ts';

/** The bytes of a database, and of what becomes of it. */
function imagesOf(first: string, then: string): readonly [Buffer, Buffer] {
  const sqlite = new Database(':memory:');
  try {
    sqlite.exec(first);
    const before = sqlite.serialize();
    sqlite.exec(then);
    return [before, sqlite.serialize()];
  } finally {
    sqlite.close();
  }
}

function rootOf(image: Buffer, table = 't'): number {
  return readLayout(image)?.rootOf(table) ?? 0;
}

function compare(one: Buffer, other: Buffer) {
  return {
    lies: rootOf(one) === rootOf(other) && isSameTree(one, other, rootOf(one)),
    holds: holdSameRows({ image: one, root: rootOf(one) }, { image: other, root: rootOf(other) }),
  };
}

const series = (last: number) =>
  `WITH RECURSIVE n (k) AS (VALUES (1) UNION ALL SELECT k + 1 FROM n WHERE k < ${last})`;

it.each([
  [512, '', "k * 3, 'row ' || k", 2000],
  [4096, '', "k * 3, 'row ' || k", 2000],
  [65_536, '', "k * 3, 'row ' || k", 2000],
  [512, '', 'k * 3, hex(zeroblob(k * 40))', 60],
  [4096, '', '9007199254740993 + k * 3, k', 100],
  [512, ' WITHOUT ROWID', "k * 3, 'row ' || k", 2000],
  [1024, ' WITHOUT ROWID', 'k * 3, hex(zeroblob(k * 40))', 60],
])('sees any row that is another: pages of %i bytes,%s %s', (pageSize, options, values, count) => {
  const start = `PRAGMA page_size = ${pageSize}; CREATE TABLE other (v); CREATE TABLE t (k integer PRIMARY KEY, v)${options};
    ${series(count)} INSERT INTO t SELECT ${values} FROM n; CREATE INDEX vs ON t (v);`;
  const after = (then: string) => compare(...imagesOf(start, then));
  expect(after('INSERT INTO other VALUES (1); CREATE TABLE more (v); DROP INDEX vs')).toEqual({
    lies: true,
    holds: true,
  });
  expect(
    after(`CREATE TABLE filled (v); ${series(500)} INSERT INTO filled SELECT 'filled' FROM n;
    DROP TABLE other; VACUUM`),
  ).toMatchObject({ holds: true });
  const key = `(SELECT k FROM t ORDER BY k LIMIT 1 OFFSET ${Math.floor(count / 2)})`;
  const damages = [
    `UPDATE t SET v = v || 'x' WHERE k = ${key}`,
    `UPDATE t SET v = substr(v, 1, length(v) - 1) || '~' WHERE k = ${key}`,
    `UPDATE t SET v = CAST(v AS BLOB) WHERE k = ${key}`,
    `DELETE FROM t WHERE k = ${key}`,
    `INSERT INTO t SELECT max(k) + 1, NULL FROM t`,
    `UPDATE t SET k = k + 1 WHERE k = ${key}`,
  ];
  for (const damage of damages)
    expect([damage, after(damage)]).toEqual([damage, { lies: false, holds: false }]);
});

it('answers no where the bytes are none that it knows', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(255), (place, byte) => {
      const [image, other] = imagesOf(
        `PRAGMA page_size = 512; CREATE TABLE t (k integer PRIMARY KEY, v); ${series(300)} INSERT INTO t SELECT k, hex(zeroblob(k)) FROM n`,
        '',
      );
      const at = 512 + (place % (image.length - 512));
      const isSame = image[at] === byte;
      image[at] = byte;
      if (!isSame) expect(isSameTree(image, other, 2)).toBe(false);
      expect(typeof holdSameRows({ image, root: 2 }, { image: other, root: 2 })).toBe('boolean');
    }),
    { numRuns: 60 },
  );
  expect(isSameTree(Buffer.alloc(4096), Buffer.alloc(4096), 1)).toBe(false);
});
