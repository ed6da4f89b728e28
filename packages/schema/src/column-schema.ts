import type { Column } from 'drizzle-orm';
import { z } from 'zod';
import { isJsonColumn } from './json-column.ts';
import { jsonValue } from './json-schemas.ts';
import { writtenJson } from './written-json.ts';

const anyJson = z.json();
const bytes = z.custom<Buffer>((value) => value instanceof Buffer, 'is not a Buffer');
const finite = z.number();

/** By the class of the column, as both majors of Drizzle name it. */
const readSchemas: Readonly<Record<string, z.ZodType>> = {
  SQLiteInteger: z.int(),
  SQLiteTimestamp: z.date(),
  SQLiteBoolean: z.boolean(),
  SQLiteReal: finite,
  SQLiteNumeric: z.string(),
  SQLiteNumericNumber: finite,
  SQLiteNumericBigInt: z.bigint(),
  SQLiteBigInt: z.bigint(),
  SQLiteBlobBuffer: bytes,
  SQLiteBlobJson: anyJson,
  SQLiteTextJson: anyJson,
};

/** SQLite keeps text as UTF-8, which has no form for half of a surrogate pair: what is read would be another text. */
const wellFormed = z
  .string()
  .refine((text) => text.isWellFormed(), 'holds half of a surrogate pair, which SQLite cannot keep');

/** A clock gives fractions where a column counts whole units. */
const rounded = z
  .number()
  .min(Number.MIN_SAFE_INTEGER)
  .max(Number.MAX_SAFE_INTEGER)
  .transform((value) => Math.round(value));

const writtenSchemas: Readonly<Record<string, z.ZodType>> = {
  ...readSchemas,
  SQLiteInteger: rounded,
  SQLiteBlobJson: writtenJson(jsonValue),
  SQLiteTextJson: writtenJson(jsonValue),
};

/** The schema of what Drizzle reads from a column that is not NULL. */
export function readSchema(column: Column): z.ZodType {
  if (isJsonColumn(column)) return column.valueSchema;
  return textSchema(column, z.string()) ?? readSchemas[column.columnType] ?? z.any();
}

/** The schema of what may be written into a column, NULL aside. A key is never rounded. */
export function writtenSchema(column: Column, isKey: boolean): z.ZodType {
  if (isJsonColumn(column)) return column.writtenSchema;
  const schemas = isKey ? readSchemas : writtenSchemas;
  return textSchema(column, wellFormed) ?? schemas[column.columnType] ?? z.any();
}

function textSchema(column: Column, text: z.ZodString): z.ZodType | undefined {
  if (column.columnType !== 'SQLiteText') return undefined;
  const [first, ...others] = column.enumValues ?? [];
  if (first !== undefined) return z.enum([first, ...others]);
  const length = 'length' in column && typeof column.length === 'number' ? column.length : undefined;
  return length === undefined ? text : text.max(length);
}
