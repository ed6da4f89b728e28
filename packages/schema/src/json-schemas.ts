import { z } from 'zod';
import { findJsonProblem, isPlainObject, type JsonProblem } from './json-problem.ts';

/** Any JSON value, as `JSON.parse` gives it. */
export type JsonValue = z.core.util.JSONType;

/** The schemas that keep every value they take exactly as it is given. */
const exact = new WeakSet<z.ZodType>();

/** A schema of JSON values that takes or refuses them whole: nothing in them is copied, dropped or changed. */
export function exactJson<T extends JsonValue>(
  findProblem: (value: unknown) => JsonProblem | undefined,
): z.ZodType<T> {
  const schema = z.unknown().superRefine((value, context) => {
    const problem = findProblem(value);
    if (problem) context.addIssue({ code: 'custom', path: [...problem.path], message: problem.message });
  });
  exact.add(schema);
  return schema as unknown as z.ZodType<T>;
}

export function isExactJson(schema: z.ZodType): boolean {
  return exact.has(schema);
}

/** Any JSON value. */
export const jsonValue = exactJson<JsonValue>(findJsonProblem);

/** A JSON object. */
export const jsonRecord = exactJson<Record<string, JsonValue>>(findRecordProblem);

export function findRecordProblem(value: unknown): JsonProblem | undefined {
  const isRecord = typeof value === 'object' && value !== null && isPlainObject(value);
  return isRecord && !Array.isArray(value)
    ? findJsonProblem(value)
    : { path: [], message: 'is not a plain object' };
}
