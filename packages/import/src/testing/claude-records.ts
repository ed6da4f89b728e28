import { importFiles } from './import-files.ts';

/** The id of the session that these records are of. */
export const session = '0b5f7a1e-6a51-4c56-9a4e-3f1d5f0c7a11';
const base = { sessionId: session, version: '2.1.0', cwd: '/work', isSidechain: false, userType: 'external' };
const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;
export const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** What the user said, or a tool answered: the n-th record. */
export function user(n: number, content: unknown, more: object = {}) {
  return {
    ...base,
    type: 'user',
    uuid: uuid(n),
    parentUuid: n > 1 ? uuid(n - 1) : null,
    timestamp: at(n),
    message: { role: 'user', content },
    ...more,
  };
}

/** A line of an answer: the n-th record. */
export function assistant(
  n: number,
  content: unknown,
  { usage = { input_tokens: 1, output_tokens: 2 }, ...message }: Record<string, unknown> = {},
  more: object = {},
) {
  const whole = {
    role: 'assistant',
    type: 'message',
    model: 'claude-x',
    id: `msg_${n}`,
    content,
    usage,
    ...message,
  };
  return {
    ...base,
    type: 'assistant',
    uuid: uuid(n),
    parentUuid: uuid(n - 1),
    timestamp: at(n),
    requestId: `req_${n}`,
    message: whole,
    ...more,
  };
}

/** Imports one transcript of Claude Code. */
export async function importText(text: string, name = `${session}.jsonl`) {
  return await importFiles('claude-code', { [name]: text });
}
