import { z } from 'zod';
import { findJsonProblem, isPlainObject, type JsonProblem } from './json-problem.ts';

/** Any JSON value, as `JSON.parse` gives it. */
export type JsonValue = z.core.util.JSONType;

type FindProblem = (value: unknown) => JsonProblem | undefined;

/** The schemas that keep every value they take exactly as it is given, and what they refuse. */
const exact = new WeakMap<z.ZodType, FindProblem>();

/** A schema of JSON values that takes or refuses them whole: nothing in them is copied, dropped or changed. */
export function exactJson<T extends JsonValue>(findProblem: FindProblem): z.ZodType<T> {
  const schema = z.unknown().superRefine((value, context) => {
    const problem = findProblem(value);
    if (problem) context.addIssue({ code: 'custom', path: [...problem.path], message: problem.message });
  });
  exact.set(schema, findProblem);
  return schema as unknown as z.ZodType<T>;
}

/** Undefined for a schema that is not exact. */
export function exactProblemOf(schema: z.ZodType): FindProblem | undefined {
  return exact.get(schema);
}

/** Any JSON value. */
export const jsonValue = exactJson<JsonValue>(findJsonProblem);

/** An array of texts. */
export const textList = exactJson<string[]>((value) => {
  if (!Array.isArray(value)) return { path: [], message: 'is not an array' };
  const at = value.findIndex((text) => typeof text !== 'string');
  return at === -1 ? undefined : { path: [at], message: 'is not a text' };
});

/** A JSON object. */
export const jsonRecord = exactJson<Record<string, JsonValue>>(findRecordProblem);

export function findRecordProblem(value: unknown): JsonProblem | undefined {
  const isRecord = typeof value === 'object' && value !== null && isPlainObject(value);
  return isRecord && !Array.isArray(value)
    ? findJsonProblem(value)
    : { path: [], message: 'is not a plain object' };
}
