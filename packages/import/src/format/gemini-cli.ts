import type { LogFormat } from './contract.ts';
import { GeminiMapper, type SavedGemini } from './gemini-mapper.ts';
import { isObject, objectOf } from './json-access.ts';

/** `~/.gemini/tmp/<project>/chats`: one document a session, and since 2026 lines of which the last of an id counts. */
export const geminiCli: LogFormat = {
  name: 'gemini-cli',
  isKeyed: true,
  recognise: ({ values }) => values.some(isHeader),
  identify({ values, shape }) {
    const { sessionId } = objectOf(values.find(isHeader));
    // A document that was gone on with as lines stays beside them, and they tell all of it again.
    return { kin: [String(sessionId)], rank: Number(shape !== 'lines') };
  },
  open: (context, saved) => new GeminiMapper(context, saved as SavedGemini | undefined),
};

function isHeader(value: unknown): boolean {
  return isObject(value) && typeof value.sessionId === 'string' && typeof value.projectHash === 'string';
}
