/** Opens sessions until it may open no more files; says how many it had, and what it was told then. */
import { createSession, openSession } from '../index.ts';
import { errorOf } from './error-of.ts';
import { history as lineage } from './history.ts';

const [dir = ''] = process.argv.slice(2);
const closed = createSession(dir, { lineage, session: { agentName: 'first' } });
closed.close();
const sessions = [];
const { code } = errorOf(() => {
  for (;;) sessions.push(createSession(dir, { lineage, session: { agentName: 'x' } }));
});
const again = errorOf(() => openSession(closed.path, { lineage })).code;
process.stdout.write(JSON.stringify({ count: sessions.length, code, again }));
