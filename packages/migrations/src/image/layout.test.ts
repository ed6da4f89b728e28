import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findLedger } from '../ledger/find-ledger.ts';
import { isEmptyTree, readLayout } from './layout.ts';
import { ledgerKey } from './ledger-key.ts';

const ledger =
  'CREATE TABLE __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)';

function imageOf(...scripts: string[]): Buffer {
  const sqlite = new Database(':memory:');
  try {
    for (const script of scripts) sqlite.exec(script);
    return sqlite.serialize();
  } finally {
    sqlite.close();
  }
}

function keyOf(...scripts: string[]): string | undefined {
  return readLayout(imageOf(...scripts))?.key;
}

/** Many tables, so that the schema takes several pages, one of a text that takes more than a page itself. */
const many = Array.from(
  { length: 60 },
  (_, at) => `CREATE TABLE t${at} (id integer PRIMARY KEY, "ä ${at}" text)`,
);
const long = `CREATE TABLE "Lång" (id text PRIMARY KEY, ${Array.from({ length: 400 }, (_, at) => `column_${at} text`).join(', ')})`;

it.each([512, 4096, 65_536])('finds in the bytes where each table lies, at pages of %i bytes', (pageSize) => {
  const image = imageOf(`PRAGMA page_size = ${pageSize}`, ...many, long, 'INSERT INTO t7 VALUES (1, 2)');
  const sqlite = new Database(image);
  const tables = sqlite
    .prepare<[], { name: string; rootpage: number }>(
      `SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'`,
    )
    .all();
  sqlite.close();
  const layout = readLayout(image);
  expect(tables.length).toBe(61);
  for (const { name, rootpage } of tables) {
    expect(layout?.rootOf(name)).toBe(rootpage);
    expect(isEmptyTree(image, rootpage)).toBe(name !== 't7');
  }
  expect(layout?.rootOf('T7')).toBe(layout?.rootOf('t7'));
  expect(layout?.rootOf('t99')).toBeUndefined();
});

it('tells schemas apart by every text, and not by where their pages lie', () => {
  const key = keyOf(...many, long);
  expect(keyOf('CREATE TABLE gone (a)', 'DROP TABLE gone', ...many, long)).toBe(key);
  const moved = [
    'CREATE TABLE filled (a)',
    'INSERT INTO filled VALUES (zeroblob(9000))',
    'DROP TABLE filled',
  ];
  expect(keyOf(...moved, ...many, long, 'INSERT INTO t1 VALUES (1, 1)')).toBe(key);
  const others = [
    keyOf(...many, `${long.slice(0, -1)} )`),
    keyOf(...many, long.replace('Lång', 'Läng')),
    keyOf(...many),
    keyOf(...many, long, 'CREATE VIEW v AS SELECT 1'),
    keyOf(...many, long, 'CREATE INDEX i ON t1 (id)'),
    keyOf(...many, long, 'CREATE INDEX i ON t2 (id)'),
  ];
  expect(new Set([key, ...others]).size).toBe(others.length + 1);
});

it('tells ledgers apart by what says which migrations there were, and by nothing else', () => {
  const keyOfLedger = (...rows: string[]) => {
    const image = imageOf(`${ledger}`, 'ALTER TABLE __drizzle_migrations ADD name', ...rows);
    const [layout, sqlite] = [readLayout(image), new Database(image)];
    const place = findLedger(sqlite, {});
    sqlite.close();
    return layout && place && ledgerKey(image, layout, place);
  };
  const insert = (values: string) =>
    `INSERT INTO __drizzle_migrations (id, hash, created_at, name) VALUES ${values}`;
  const key = keyOfLedger(insert(`(1, 'a', 5, 'm'), (2, 'b', 6, 'n')`));
  expect(key).toBeDefined();
  expect(keyOfLedger(insert(`(NULL, 'a', 5, 'm'), (7, 'b', 6, 'n')`))).toBe(key);
  const others = [
    `(1, 'a', 5, 'm')`,
    `(1, 'b', 6, 'n'), (2, 'a', 5, 'm')`,
    `(1, 'a', 5, 'm'), (2, 'b', 7, 'n')`,
    `(1, 'a', 5, 'm'), (2, 'c', 6, 'n')`,
    `(1, 'a', 5, 'm'), (2, 'b', 6, 'o')`,
    `(1, 'a', 5, 'm'), (2, 'b', 6, NULL)`,
  ].map((rows) => keyOfLedger(insert(rows)));
  expect(new Set([key, ...others]).size).toBe(others.length + 1);
});

it("tells Prisma's ledgers apart by whether a step was finished or rolled back, and not by when", () => {
  const keyOfLedger = (...rows: string[]) => {
    const made =
      'CREATE TABLE p (id TEXT PRIMARY KEY, migration_name, finished_at, rolled_back_at, applied_steps_count)';
    const image = imageOf(made, ...rows.map((row, at) => `INSERT INTO p VALUES ('${at}', 'm', ${row}, 1)`));
    const [layout, sqlite] = [readLayout(image), new Database(image)];
    const place = findLedger(sqlite, { ledger: { table: 'p', name: 'migration_name' } });
    sqlite.close();
    return layout && place && ledgerKey(image, layout, place);
  };
  const key = keyOfLedger('170000000000, NULL');
  expect(key).toBeDefined();
  expect(keyOfLedger('180000000000, NULL')).toBe(key);
  expect(keyOfLedger('NULL, NULL')).not.toBe(key);
  expect(keyOfLedger('170000000000, 170000000001')).not.toBe(key);
});

it('is read once of files that have the same bytes in those pages, and anew of all others', () => {
  const [one, filled] = [imageOf(...many), imageOf(...many, 'INSERT INTO t7 VALUES (1, 2)')];
  const layout = readLayout(one);
  expect(readLayout(filled)).toBe(layout);
  const text = one.lastIndexOf('ä 59');
  expect(text).toBeGreaterThan(0);
  one.write('ä 58', text);
  expect(readLayout(one)?.key).not.toBe(layout?.key);
  expect(readLayout(imageOf('PRAGMA page_size = 512', ...many))?.key).toBe(layout?.key);
  const moved = readLayout(imageOf('CREATE TABLE gone (a)', ...many, 'DROP TABLE gone'));
  expect([moved?.key, moved?.rootOf('t0')]).toEqual([layout?.key, (layout?.rootOf('t0') ?? 0) + 1]);
});

it('is read anew where a byte differs that tells of the schema, and only there', () => {
  const mine = [...many, `CREATE TABLE told (a text DEFAULT '${'x'.repeat(20_000)}only here')`];
  const [one, other] = [imageOf(...mine), imageOf(...mine)];
  const layout = readLayout(one);
  other.writeUInt32BE(77, 24);
  other.writeUInt32BE(77, 92);
  expect(readLayout(other)).toBe(layout);
  // Bytes at the end of each page that SQLite is to leave alone.
  other[20] = 12;
  expect(readLayout(other)).not.toBe(layout);
  // What was read is not the caller's, who may use the bytes for something else; it lies in the last page of a long text.
  one.write('Only', one.lastIndexOf('only here'));
  expect(readLayout(one)?.key).not.toBe(layout?.key);
});

it('is no ledger of another table that holds the same', () => {
  const rows = "INSERT INTO __drizzle_migrations VALUES (1, 'a', 5)";
  const other = (name: string) => [
    `CREATE TABLE ${name} (id, hash, created_at)`,
    `INSERT INTO ${name} VALUES (1, 'a', 5)`,
  ];
  const [first, second] = [
    imageOf(ledger, rows, ...other('z')),
    imageOf(...other('z'), ledger, "INSERT INTO __drizzle_migrations VALUES (1, 'b', 5)"),
  ];
  const sqlite = new Database(first);
  const place = findLedger(sqlite, {});
  sqlite.close();
  const keys = [first, second].map((image) => {
    const layout = readLayout(image);
    return layout && place && ledgerKey(image, layout, place);
  });
  expect(keys[0]).toBeDefined();
  expect(keys[1]).toBeDefined();
  expect(keys[1]).not.toBe(keys[0]);
});

it('is left to SQLite of texts that are not UTF-8, and of an empty file', () => {
  expect(readLayout(imageOf("PRAGMA encoding = 'UTF-16le'", ledger))).toBeUndefined();
  expect(readLayout(Buffer.alloc(0))).toBeUndefined();
});

it('says nothing of damaged bytes, or something, but never fails and always ends', () => {
  const image = imageOf(
    'PRAGMA page_size = 512',
    ...many.slice(0, 12),
    ledger,
    'INSERT INTO __drizzle_migrations VALUES (1, 2, 3)',
  );
  const place = {
    table: '__drizzle_migrations',
    from: '',
    columns: new Set(['id', 'hash']),
    nameColumn: undefined,
  };
  const damage = fc.array(fc.tuple(fc.nat(image.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(damage, (bytes) => {
      const damaged = Buffer.from(image);
      for (const [at, byte] of bytes) damaged[at] = byte;
      const layout = readLayout(damaged);
      if (layout) ledgerKey(damaged, layout, place);
    }),
    { numRuns: 2000 },
  );
});
