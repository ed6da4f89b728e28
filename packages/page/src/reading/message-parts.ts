import { z } from 'zod';

const part = z.looseObject({ type: z.string() });
const parts = z.array(part);

/** The beginning of what a message says, in words. What is no list of parts is shown as it is. */
export function describeParts(json: string): string {
  const parsed = parts.safeParse(parseOr(json));
  return parsed.success ? parsed.data.map(describePart).filter(Boolean).join(' · ') : readCutText(json);
}

function describePart(it: z.infer<typeof part>): string {
  if (typeof it.content === 'string') return it.content;
  if (it.type === 'tool_call') return `calls ${String(it.name ?? '')}`;
  if (it.type === 'tool_call_response') return `answer of ${String(it.id ?? 'a tool')}`;
  return `(${it.type})`;
}

/** Of parts that were cut off, the first text. */
function readCutText(json: string): string {
  const text = /"content":"((?:[^"\\]|\\.)*)/.exec(json)?.[1];
  const whole = text && parseOr(`"${text.replace(/\\?$/, '')}"`);
  return typeof whole === 'string' ? whole : json;
}

function parseOr(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
