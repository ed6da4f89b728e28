import { decodeColumn1 } from '@varve/schema/internal';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm-1/better-sqlite3';
import { blob, integer, numeric, real, sqliteTable, text } from 'drizzle-orm-1/sqlite-core';
import { expect, it } from 'vitest';

const values = sqliteTable('stored', {
  whole: integer('whole'),
  flag: integer('flag', { mode: 'boolean' }),
  seconds: integer('seconds', { mode: 'timestamp' }),
  milliseconds: integer('milliseconds', { mode: 'timestamp_ms' }),
  fraction: real('fraction'),
  words: text('words'),
  json: text('json', { mode: 'json' }),
  bytes: blob('bytes', { mode: 'buffer' }),
  blobJson: blob('blob_json', { mode: 'json' }),
  big: blob('big', { mode: 'bigint' }),
  decimal: numeric('decimal'),
  decimalNumber: numeric('decimal_number', { mode: 'number' }),
  decimalBig: numeric('decimal_big', { mode: 'bigint' }),
});

it('a stored value is decoded as a SELECT by Drizzle 1.0 gives it, of every kind of column', () => {
  const sqlite = new Database(':memory:');
  const names = Object.values(values).flatMap((it) =>
    'getSQLType' in it ? [`${it.name} ${it.getSQLType()}`] : [],
  );
  sqlite.exec(`CREATE TABLE stored (${names.join(', ')})`);
  const db = drizzle({ client: sqlite });
  const row = {
    whole: 7,
    flag: true,
    seconds: new Date(1_800_000_000_000),
    milliseconds: new Date(1_800_000_000_123),
    fraction: 0.5,
    words: 'a "word"',
    json: { a: [1] },
    bytes: Buffer.from([0, 255]),
    blobJson: ['b'],
    big: 12345678901234567890n,
    decimal: '1.25',
    decimalNumber: 1.5,
    decimalBig: 12n,
  };
  db.insert(values).values(row).run();
  const raw = sqlite.prepare('SELECT * FROM stored').get() as Record<string, unknown>;
  const selected = db.select().from(values).get() as Record<string, unknown>;
  for (const key of Object.keys(row)) {
    const column = values[key as keyof typeof row];
    expect(decodeColumn1(column as never, raw[column.name]), key).toEqual(selected[key]);
  }
  expect(selected).toMatchObject({ flag: true, json: { a: [1] }, milliseconds: row.milliseconds });
});
