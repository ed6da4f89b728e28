import {
  type Column,
  getTableColumns,
  type InferInsertModel,
  type InferSelectModel,
  is,
  type Table,
} from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';
import { readSchema, writtenSchema } from './column-schema.ts';
import { decisions } from './decisions.ts';
import { intermediateResults } from './intermediate-results.ts';
import { messages } from './messages.ts';
import { modelCalls } from './model-calls.ts';
import { outputs } from './outputs.ts';
import { sessions } from './sessions.ts';
import { sources } from './sources.ts';
import { toolCalls } from './tool-calls.ts';

/**
 * The zod schema of a row to insert: JSON columns by their own schema, unknown keys refused, fractions rounded in
 * integer columns that are neither keys nor references.
 *
 * @example
 * ```ts
 * import { createInsertRowSchema, toolCalls } from '@varve/schema';
 *
 * const rows = createInsertRowSchema(toolCalls);
 * console.log(rows.safeParse({ sessionId: 's', toolName: 'find_order', status: 'maybe' }).success); // false
 * ```
 */
export function createInsertRowSchema<T extends Table>(table: T): z.ZodType<InferInsertModel<T>> {
  const keys = keyColumns(table);
  const columns = Object.entries(getTableColumns(table)).filter(([, column]) => !column.generated);
  const shape = columns.map(([key, column]) => [key, insertSchema(column, keys.has(column))] as const);
  return z.strictObject(Object.fromEntries(shape)) as unknown as z.ZodType<InferInsertModel<T>>;
}

/**
 * The zod schema of what may be changed in a row: as of a row to insert, with every column left to choice.
 *
 * @example
 * ```ts
 * import { createUpdateRowSchema, toolCalls } from '@varve/schema';
 *
 * console.log(createUpdateRowSchema(toolCalls).safeParse({ status: 'ok' }).success); // true
 * ```
 */
export function createUpdateRowSchema<T extends Table>(table: T): z.ZodType<Partial<InferInsertModel<T>>> {
  const keys = keyColumns(table);
  const columns = Object.entries(getTableColumns(table)).filter(([, column]) => !column.generated);
  const shape = columns.map(([key, column]) => {
    const schema = writtenSchema(column, keys.has(column));
    return [key, column.notNull ? schema.optional() : schema.nullable().optional()] as const;
  });
  return z.strictObject(Object.fromEntries(shape)) as unknown as z.ZodType<Partial<InferInsertModel<T>>>;
}

/**
 * The zod schema of a row as Drizzle returns it.
 *
 * @example
 * ```ts
 * import { createSelectRowSchema, toolCalls } from '@varve/schema';
 *
 * console.log(createSelectRowSchema(toolCalls).safeParse({ seq: 1 }).success); // false
 * ```
 */
export function createSelectRowSchema<T extends Table>(table: T): z.ZodType<InferSelectModel<T>> {
  const shape = Object.entries(getTableColumns(table)).map(([key, column]) => {
    return [key, column.notNull ? readSchema(column) : readSchema(column).nullable()] as const;
  });
  return z.object(Object.fromEntries(shape)) as unknown as z.ZodType<InferSelectModel<T>>;
}

function insertSchema(column: Column, isKey: boolean): z.ZodType {
  const schema = writtenSchema(column, isKey);
  if (!column.notNull) return schema.nullable().optional();
  return column.hasDefault ? schema.optional() : schema;
}

/** The columns that name a row, of this table or of another. */
function keyColumns(table: Table): ReadonlySet<unknown> {
  if (!is(table, SQLiteTable)) return new Set();
  const { primaryKeys, foreignKeys, columns } = getTableConfig(table);
  return new Set<unknown>([
    ...columns.filter(({ primary }) => primary),
    ...primaryKeys.flatMap((key) => key.columns),
    ...foreignKeys.flatMap((key) => key.reference().columns),
  ]);
}

export const sessionInsertSchema = createInsertRowSchema(sessions);
export const sessionSelectSchema = createSelectRowSchema(sessions);
export const messageInsertSchema = createInsertRowSchema(messages);
export const messageSelectSchema = createSelectRowSchema(messages);
export const modelCallInsertSchema = createInsertRowSchema(modelCalls);
export const modelCallSelectSchema = createSelectRowSchema(modelCalls);
export const decisionInsertSchema = createInsertRowSchema(decisions);
export const decisionSelectSchema = createSelectRowSchema(decisions);
export const toolCallInsertSchema = createInsertRowSchema(toolCalls);
export const toolCallSelectSchema = createSelectRowSchema(toolCalls);
export const intermediateResultInsertSchema = createInsertRowSchema(intermediateResults);
export const intermediateResultSelectSchema = createSelectRowSchema(intermediateResults);
export const outputInsertSchema = createInsertRowSchema(outputs);
export const outputSelectSchema = createSelectRowSchema(outputs);
export const sourceInsertSchema = createInsertRowSchema(sources);
export const sourceSelectSchema = createSelectRowSchema(sources);

export type Session = InferSelectModel<typeof sessions>;
export type SessionInsert = InferInsertModel<typeof sessions>;
export type Message = InferSelectModel<typeof messages>;
export type MessageInsert = InferInsertModel<typeof messages>;
export type ModelCall = InferSelectModel<typeof modelCalls>;
export type ModelCallInsert = InferInsertModel<typeof modelCalls>;
export type Decision = InferSelectModel<typeof decisions>;
export type DecisionInsert = InferInsertModel<typeof decisions>;
export type ToolCall = InferSelectModel<typeof toolCalls>;
export type ToolCallInsert = InferInsertModel<typeof toolCalls>;
export type IntermediateResult = InferSelectModel<typeof intermediateResults>;
export type IntermediateResultInsert = InferInsertModel<typeof intermediateResults>;
export type Output = InferSelectModel<typeof outputs>;
export type OutputInsert = InferInsertModel<typeof outputs>;
export type Source = InferSelectModel<typeof sources>;
export type SourceInsert = InferInsertModel<typeof sources>;
