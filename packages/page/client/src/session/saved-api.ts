import type { SavedSession } from '../../../src/api/saved-session.ts';
import type { Message } from '../../../src/api/session-detail.ts';
import { ServerError } from '../parts/ask-server.ts';
import type { SessionApi } from './session-api.ts';

/** Answers from what the file itself holds. */
export function savedApi({ rows, detail }: SavedSession): SessionApi {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const messages = detail.steps.filter(({ kind }) => kind === 'message');
  return {
    row: async (id) => byId.get(id) ?? missing(id),
    all: async () => rows,
    lens: undefined,
    messages: async (offset, limit) =>
      messages.slice(offset, offset + limit).map(
        ({ id, label, startedAtMs }): Message => ({
          ...{ id, startedAtMs, role: label, isCut: false },
          parts: String(byId.get(id)?.values.parts ?? '[]'),
        }),
      ),
    table: undefined,
    bytesAddress: () => undefined,
    hasOthers: false,
  };
}

function missing(id: string): never {
  throw new ServerError({
    code: 'PAGE_NOT_FOUND',
    message: `the file has no row ${id}`,
    hint: 'save the session again',
  });
}
