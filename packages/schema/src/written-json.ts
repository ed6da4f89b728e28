import { z } from 'zod';
import { findDroppedKey, findJsonProblem, type JsonProblem } from './json-problem.ts';
import { exactProblemOf } from './json-schemas.ts';

/** A column's schema for writing: a value that JSON would not give back as the schema has it is refused. */
export function writtenJson(schema: z.ZodType): z.ZodType {
  if (exactProblemOf(schema)) return schema;
  return z.unknown().transform((value, context) => {
    const parsed = parse(schema, value);
    if (!parsed.success) {
      for (const { path, message } of parsed.issues)
        context.addIssue({ code: 'custom', path: [...path], message });
      return z.NEVER;
    }
    const problem = findJsonProblem(parsed.data, true) ?? findDroppedKey(value, parsed.data);
    if (!problem) return parsed.data;
    context.addIssue({ code: 'custom', path: [...problem.path], message: problem.message });
    return z.NEVER;
  });
}

type Parsed =
  | { readonly success: true; readonly data: unknown }
  | { readonly success: false; readonly issues: readonly JsonProblem[] };

/** A recursive schema runs out of stack on a value that refers to itself. */
function parse(schema: z.ZodType, value: unknown): Parsed {
  try {
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed : { success: false, issues: parsed.error.issues };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { success: false, issues: [{ path: [], message: 'is nested too deep, or refers to itself' }] };
  }
}
