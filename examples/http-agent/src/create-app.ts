import { lineage } from '@acme/agent-state';
import { createSession, openArchive } from '@varve/core';
import { VarveError } from '@varve/schema';
import { Hono } from 'hono';
import { z } from 'zod';
import { answerQuestion } from './answer-question.ts';

export interface Folders {
  /** Where sessions live until they are sealed. */
  readonly live: string;
  readonly archives: string;
}

const ask = z.object({ question: z.string().min(1) });
const sessionId = z.uuid();

/** The service: a request is a session, a session is a file. */
export function createApp({ live, archives }: Folders): Hono {
  const app = new Hono();

  app.post('/ask', async (context) => {
    const body = ask.safeParse(await context.req.json().catch(() => undefined));
    if (!body.success) return context.json({ error: 'ask as { "question": "…" }' }, 400);
    using session = createSession(live, { lineage, session: { agentName: 'support', agentVersion: '2.0' } });
    const { id } = session;
    const answer = await answerQuestion(session, body.data.question);
    session.seal(archives);
    return context.json({ session: id, answer });
  });

  app.get('/sessions/:id', (context) => {
    const id = sessionId.safeParse(context.req.param('id'));
    if (!id.success) return context.notFound();
    try {
      using archive = openArchive(`${archives}/${id.data}.db`, { lineage });
      const session = archive.db.query.sessions
        .findFirst({ with: { decisions: true, toolCalls: true } })
        .sync();
      return context.json(session);
    } catch (error) {
      if (error instanceof VarveError && error.code === 'FILE_NOT_FOUND') return context.notFound();
      throw error;
    }
  });

  return app;
}
