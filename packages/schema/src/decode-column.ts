import type { Column } from 'drizzle-orm';
import { isDrizzle1 } from './drizzle-major.ts';

type Decode = (value: unknown, column: object) => unknown;

/** What Drizzle 1.0 leaves to its driver, and 0.45 has its columns do; by the class of the column. */
const decoders: Readonly<Record<string, Decode>> = {
  SQLiteBoolean: (value) => Number(value) === 1,
  SQLiteTimestamp: (value, column) =>
    dateOf(value, 'mode' in column && column.mode === 'timestamp' ? 1000 : 1),
  SQLiteTextJson: (value) => JSON.parse(String(value)),
  SQLiteBlobJson: (value) => JSON.parse(String(value)),
  SQLiteBigInt: (value) => BigInt(String(value)),
  SQLiteNumeric: String,
  SQLiteNumericNumber: Number,
  SQLiteNumericBigInt: (value) => BigInt(String(value)),
};

/** A stored value that is not NULL, as a SELECT by Drizzle gives it. Throws what the decoding throws. */
export function decodeColumn(column: Column, value: unknown): unknown {
  return isDrizzle1 ? decodeColumn1(column, value) : column.mapFromDriverValue(value);
}

/** `decodeColumn` for a column of Drizzle 1.0. */
export function decodeColumn1(
  column: Pick<Column, 'columnType' | 'mapFromDriverValue'>,
  value: unknown,
): unknown {
  const decode = decoders[column.columnType];
  return decode ? decode(value, column) : column.mapFromDriverValue(value);
}

function dateOf(value: unknown, unitMs: number): Date {
  return new Date(typeof value === 'string' ? value.replaceAll('"', '') : Number(value) * unitMs);
}
