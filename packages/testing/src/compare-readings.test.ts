import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { compareReadings } from './compare-readings.ts';
import { describeProblem } from './golden-problem.ts';

const schema = 'CREATE TABLE t (id integer PRIMARY KEY, v); CREATE TABLE loose (v);';

/** A reading with these statements on top of the schema. */
function reading(...statements: string[]): Database.Database {
  return new Database(':memory:').exec([schema, ...statements].join(';'));
}

function compare(lens: string, replay: string, unified: string, unrepeatable: string[] = []): string[] {
  const readings = { lens: reading(lens), replay: reading(replay), unified: reading(unified) };
  return compareReadings(readings, new Set(unrepeatable)).map(describeProblem);
}

it('asks of a table that chance has written for the number of rows and the types of values alone', () => {
  const row = (key: number, value: string) => `INSERT INTO t VALUES (${key}, ${value})`;
  const of = (...rows: [string, string, string]) => compare(...rows, ['t']);
  expect(of(row(1, "'a'"), row(1, "'b'"), row(1, "'c'"))).toEqual([]);
  expect(of(row(1, "'a'"), row(2, "'a'"), row(3, "'a'"))).toEqual([]);
  expect(of(row(1, "'a'"), row(1, '1'), row(1, "'c'"))).toHaveLength(1);
  expect(of(row(1, '1'), `${row(1, '1')}; ${row(2, '1')}`, row(1, '1'))).toHaveLength(1);
});

it('finds nothing between equal rows, whatever their order', () => {
  const [rows, turned] = ["INSERT INTO loose VALUES (1), ('a')", "INSERT INTO loose VALUES ('a'), (1)"];
  expect(compare(rows, turned, rows)).toEqual([]);
});

it('tells values apart by storage class', () => {
  const [whole, real, text] = ['5', '5.0', "'5'"].map((value) => `INSERT INTO t VALUES (1, ${value})`);
  expect(compare(String(whole), String(real), String(text))).toEqual([
    'table t, row id 1, column v: lens integer 5 · replay real 5 · unified text "5"',
  ]);
});

it('tells NULL from the word, an empty blob from an empty text, and integers beyond 2^53 apart', () => {
  const row = (value: string) => `INSERT INTO t VALUES (1, ${value})`;
  expect(compare(row('NULL'), row("'null'"), row('NULL'))).toHaveLength(1);
  expect(compare(row("x''"), row("''"), row("x''"))).toHaveLength(1);
  expect(compare(row('9007199254740993'), row('9007199254740992'), row('9007199254740993'))).toHaveLength(1);
});

it('names a row that one of them lacks', () => {
  const one = 'INSERT INTO t VALUES (1, 1)';
  expect(compare(one, `${one}, (2, 2)`, one)).toEqual([
    'table t, row id 2: lens lacks it · replay has it · unified lacks it',
  ]);
});
