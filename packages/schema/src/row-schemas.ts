import { getTableColumns, type InferInsertModel, type InferSelectModel, type Table } from 'drizzle-orm';
import { createInsertSchema, createSelectSchema } from 'drizzle-zod';
import type { z } from 'zod';
import { decisions } from './decisions.ts';
import { intermediateResults } from './intermediate-results.ts';
import { isJsonColumn } from './json-column.ts';
import { messages } from './messages.ts';
import { modelCalls } from './model-calls.ts';
import { outputs } from './outputs.ts';
import { sessions } from './sessions.ts';
import { sources } from './sources.ts';
import { toolCalls } from './tool-calls.ts';

type Refinement = Readonly<Record<string, () => z.ZodType>>;

function jsonRefinement(table: Table): Refinement {
  const columns = Object.entries(getTableColumns(table));
  return Object.fromEntries(
    columns.flatMap(([key, column]) => (isJsonColumn(column) ? [[key, () => column.valueSchema]] : [])),
  );
}

/** The zod schema of a row to insert: JSON columns by their own schema, unknown keys refused. */
export function createInsertRowSchema<T extends Table>(table: T): z.ZodType<InferInsertModel<T>> {
  return createInsertSchema(table as Table, jsonRefinement(table)).strict() as unknown as z.ZodType<
    InferInsertModel<T>
  >;
}

/** The zod schema of a row as Drizzle returns it. */
export function createSelectRowSchema<T extends Table>(table: T): z.ZodType<InferSelectModel<T>> {
  return createSelectSchema(table as Table, jsonRefinement(table)) as unknown as z.ZodType<
    InferSelectModel<T>
  >;
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
