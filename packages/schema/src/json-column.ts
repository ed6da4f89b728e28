import type { ColumnBaseConfig, ColumnBuilderBaseConfig, ColumnBuilderRuntimeConfig } from 'drizzle-orm';
import { entityKind, is } from 'drizzle-orm';
import { type AnySQLiteTable, SQLiteColumn, SQLiteColumnBuilder } from 'drizzle-orm/sqlite-core';
import type { z } from 'zod';
import { VarveError } from './varve-error.ts';
import { writtenJson } from './written-json.ts';

interface JsonExtra {
  valueSchema: z.ZodType;
}

type JsonBuilderConfig<TData> = ColumnBuilderBaseConfig<'json', 'VarveJson'> & {
  name: string;
  dataType: 'json';
  columnType: 'VarveJson';
  data: TData;
  driverParam: string;
  enumValues: undefined;
};

class JsonColumnBuilder<TData> extends SQLiteColumnBuilder<JsonBuilderConfig<TData>, JsonExtra> {
  static override readonly [entityKind]: string = 'VarveJsonBuilder';

  constructor(name: string, valueSchema: z.ZodType<TData>) {
    super(name, 'json', 'VarveJson');
    this.config.valueSchema = valueSchema;
  }

  build(table: AnySQLiteTable): JsonColumn {
    return new JsonColumn(
      table,
      this.config as ColumnBuilderRuntimeConfig<ColumnBaseConfig<'json', string>, JsonExtra>,
    );
  }
}

/** A text column that holds JSON and checks every value it writes against a zod schema. */
export class JsonColumn extends SQLiteColumn<ColumnBaseConfig<'json', string>, JsonExtra> {
  static override readonly [entityKind]: string = 'VarveJson';
  readonly valueSchema: z.ZodType = this.config.valueSchema;
  /** `valueSchema` for values to be written: it refuses what JSON cannot hold, and keys that it would drop. */
  readonly writtenSchema: z.ZodType = writtenJson(this.config.valueSchema);

  getSQLType(): string {
    return 'text';
  }

  override mapFromDriverValue(value: unknown): unknown {
    return JSON.parse(String(value));
  }

  override mapToDriverValue(value: unknown): string {
    const parsed = this.writtenSchema.safeParse(value);
    if (parsed.success) return JSON.stringify(parsed.data);
    const issue = parsed.error.issues[0];
    const where = [this.name, ...(issue?.path ?? [])].map(String).join('.');
    throw new VarveError('JSON_INVALID', `${where}: ${issue?.message ?? 'not valid'}`, {
      hint: `give column "${this.name}" a value that fits its schema, or what toJson makes of it`,
      details: { column: this.name, issues: parsed.error.issues },
    });
  }
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
  return is(column, JsonColumn);
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
export function json<TData>(name: string, valueSchema: z.ZodType<TData>): JsonColumnBuilder<TData> {
  return new JsonColumnBuilder(name, valueSchema);
}
