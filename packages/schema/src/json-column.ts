import { entityKind, is } from 'drizzle-orm';
import {
  type AnySQLiteTable,
  SQLiteColumn,
  SQLiteColumnBuilder,
  type SQLiteCustomColumnBuilder,
} from 'drizzle-orm/sqlite-core';
import type { z } from 'zod';
import { VarveError } from './varve-error.ts';
import { writtenJson } from './written-json.ts';

/** The text that a JSON column holds: what tells its type apart, in both majors of Drizzle. */
export type JsonText = string & { readonly varveJson: true };

type JsonColumnConfig<TData> = {
  name: string;
  dataType: 'custom';
  columnType: 'SQLiteCustomColumn';
  data: TData;
  driverParam: JsonText;
  enumValues: undefined;
};

/** A text column that holds JSON and checks every value it writes against a zod schema. */
export type JsonColumn = SQLiteColumn & {
  readonly valueSchema: z.ZodType;
  /** `valueSchema` for values to be written: it refuses what JSON cannot hold, and keys that it would drop. */
  readonly writtenSchema: z.ZodType;
};

interface JsonRuntimeConfig {
  valueSchema: z.ZodType;
}

type ColumnParts = ConstructorParameters<typeof SQLiteColumn>;

class VarveJsonBuilder extends SQLiteColumnBuilder {
  static override readonly [entityKind]: string = 'VarveJsonBuilder';
  readonly #valueSchema: z.ZodType;

  constructor(name: string, valueSchema: z.ZodType) {
    super(name, 'json', 'VarveJson');
    this.#valueSchema = valueSchema;
  }

  build(table: AnySQLiteTable): JsonColumn {
    return new VarveJson(table, { ...this.config, valueSchema: this.#valueSchema });
  }
}

class VarveJson extends SQLiteColumn {
  static override readonly [entityKind]: string = 'VarveJson';
  readonly valueSchema: z.ZodType;
  readonly writtenSchema: z.ZodType;

  constructor(table: AnySQLiteTable, config: ColumnParts[1] & JsonRuntimeConfig) {
    super(table, config);
    this.valueSchema = config.valueSchema;
    this.writtenSchema = writtenJson(config.valueSchema);
  }

  getSQLType(): string {
    return 'text';
  }

  /** Properties, since 1.0 has them as such: a method would lie hidden behind. */
  override mapFromDriverValue = (value: unknown): unknown => JSON.parse(String(value));

  override mapToDriverValue = (value: unknown): string => {
    const parsed = this.writtenSchema.safeParse(value);
    if (parsed.success) return JSON.stringify(parsed.data);
    const issue = parsed.error.issues[0];
    const where = [this.name, ...(issue?.path ?? [])].map(String).join('.');
    throw new VarveError('JSON_INVALID', `${where}: ${issue?.message ?? 'not valid'}`, {
      hint: `give column "${this.name}" a value that fits its schema, or what toJson makes of it`,
      details: { column: this.name, issues: parsed.error.issues },
    });
  };
}

/**
 * Whether a column was made by `json`.
 *
 * @example
 * ```ts
 * import { isJsonColumn, toolCalls } from '@varve/schema';
 *
 * console.log(isJsonColumn(toolCalls.arguments), isJsonColumn(toolCalls.toolName)); // true false
 * ```
 */
export function isJsonColumn(column: unknown): column is JsonColumn {
  return is(column, VarveJson);
}

/**
 * A JSON column stored as text, typed by a zod schema and validated by it at every write, through
 * `session.record` and through plain Drizzle alike. What is stored is what the schema makes of the value; a key that it
 * would drop, and what JSON cannot hold, is refused. Reading trusts what was written.
 *
 * @throws JSON_INVALID at write time, naming the column and the path inside the value.
 *
 * @example
 * ```ts
 * import { json } from '@varve/schema';
 * import { sqliteTable } from 'drizzle-orm/sqlite-core';
 * import { z } from 'zod';
 *
 * const notes = sqliteTable('notes', { body: json('body', z.object({ tags: z.array(z.string()) })).notNull() });
 * const note: typeof notes.$inferInsert = { body: { tags: ['urgent'] } };
 * console.log(note.body.tags[0]); // urgent
 * ```
 */
export function json<TData>(
  name: string,
  valueSchema: z.ZodType<TData>,
): SQLiteCustomColumnBuilder<JsonColumnConfig<TData>> {
  return new VarveJsonBuilder(name, valueSchema) as unknown as SQLiteCustomColumnBuilder<
    JsonColumnConfig<TData>
  >;
}
