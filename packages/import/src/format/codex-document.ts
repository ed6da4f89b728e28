import { isObject, type JsonObject, objectOf } from './json-access.ts';

/**
 * The header and the items of a rollout as Codex wrote it until the summer of 2025: one document, which has them as `session`
 * and as a list. Undefined for anything else.
 */
export function linesOfDocument(value: unknown): readonly JsonObject[] | undefined {
  const { session, items } = objectOf(value);
  if (!isObject(session) || typeof session.id !== 'string' || !Array.isArray(items)) return undefined;
  return [session, ...items.filter(isObject).map((it) => ('type' in it ? it : { type: 'message', ...it }))];
}
