import { createHash } from 'node:crypto';
import type { TableModule } from '@varve/migrations';
import type { LockedType } from '@varve/migrations/internal';
import { isJsonColumn } from '@varve/schema';
import { z } from 'zod';
import { findNarrowing, type JsonSchema } from './narrowing.ts';

/** What a column takes beyond its SQL type. */
export interface ColumnType {
  readonly table: string;
  readonly column: string;
  /** JSON Schema, of one line; a hash where it would be a long one. */
  readonly text: string;
  /** Whether a value, as SQLite has it, is one that the column takes. */
  readonly takes: (value: unknown) => boolean;
}

const [columnsKey, nameKey] = [Symbol.for('drizzle:Columns'), Symbol.for('drizzle:Name')];

/** As long as a line of the lock may be that people still read. */
const longest = 300;

interface TypedColumn {
  readonly name: string;
  readonly enumValues?: readonly string[];
}

/** The enums and the zod schemas of a schema's columns, in the order of their names. */
export function readColumnTypes(tables: TableModule): ColumnType[] {
  const found = new Map<string, ColumnType>();
  for (const table of Object.values(tables)) {
    if (typeof table !== 'object' || table === null || !(columnsKey in table)) continue;
    const { [columnsKey]: columns, [nameKey]: name } = table as Record<symbol, unknown>;
    for (const column of Object.values(columns as Record<string, TypedColumn>)) {
      const type = typeOf(String(name), column);
      if (type) found.set(`${type.table}.${type.column}`, type);
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, type]) => type);
}

function typeOf(table: string, column: TypedColumn): ColumnType | undefined {
  const { name, enumValues } = column;
  if (isJsonColumn(column)) {
    const { valueSchema } = column;
    const text = JSON.stringify(jsonSchemaOf(valueSchema));
    const takes = (value: unknown) => isJson(value, (parsed) => valueSchema.safeParse(parsed).success);
    return { table, column: name, text: text.length > longest ? `sha256:${hashOf(text)}` : text, takes };
  }
  if (!enumValues || enumValues.length === 0) return undefined;
  const takes = (value: unknown) => enumValues.some((it) => it === value);
  return { table, column: name, text: JSON.stringify({ enum: enumValues }), takes };
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}

function isJson(value: unknown, takes: (parsed: unknown) => boolean): boolean {
  try {
    return takes(JSON.parse(String(value)));
  } catch {
    return false;
  }
}

/** A type as the lock has it. */
export function lockedType({ table, column, text }: ColumnType): LockedType {
  return { name: `${table}.${column}`, text };
}

/** Why rows of before may not be of a column's type; undefined where all are. Without a text there was no type before. */
export function typeNarrowing(was: string | undefined, is: string): string | undefined {
  if (was === is) return undefined;
  const [before, now] = [was ?? '{}', is].map((text) =>
    text.startsWith('{') ? (JSON.parse(text) as JsonSchema) : undefined,
  );
  return before && now ? findNarrowing(before, now) : 'has another schema';
}
