import { statSync } from 'node:fs';
import { defineLineage } from '@varve/migrations';
import { expect, it } from 'vitest';
import { createSession, openSessionAsync } from './index.ts';
import { rejectionOf } from './testing/error-of.ts';
import { history as lineage, writeFileAt } from './testing/history.ts';
import { makeTempDir } from './testing/temp-dir.ts';

const megabytes = process.env.VARVE_DEEP ? 200 : 60;

/** The longest time that the event loop was late while some work was under way. */
async function measureLag(work: Promise<unknown>): Promise<number> {
  let [last, lagMs] = [performance.now(), 0];
  const timer = setInterval(() => {
    lagMs = Math.max(lagMs, performance.now() - last - 5);
    last = performance.now();
  }, 5);
  await work.finally(() => clearInterval(timer));
  return Math.max(lagMs, performance.now() - last - 5);
}

/** Every row is rewritten. */
const rewriting = defineLineage({
  ...lineage,
  migrations: [
    ...lineage.migrations,
    { name: '0005', sql: `UPDATE decisions SET summary = summary || '.'`, createdAtMs: 1_700_000_000_999 },
  ],
});

// Other work on the machine makes the loop late too, but not every time.
it('opens a large old session without holding up the event loop', { retry: 4 }, async () => {
  const sql = 'UPDATE decisions SET summary = hex(zeroblob(5000)) || seq';
  const path = writeFileAt(makeTempDir(), 1, { decisions: megabytes * 100, sql });
  expect(statSync(path).size).toBeGreaterThan(megabytes * 1_000_000);
  const opening = openSessionAsync(path, { lineage: rewriting });
  expect(await measureLag(opening)).toBeLessThan(50);
  using session = await opening;
  expect(session.record(lineage.tables.decisions, { summary: 'next' })).toBe(megabytes * 100 + 1);
});

it('raises the same errors as openSession, and leaves no lock behind', async () => {
  using session = createSession(makeTempDir(), { lineage, session: { agentName: 'x' } });
  const error = await rejectionOf(openSessionAsync(session.path, { lineage, busyTimeoutMs: 0 }));
  expect(error).toMatchObject({ code: 'SESSION_LOCKED', path: session.path, details: { pid: process.pid } });
  session.close();
  (await openSessionAsync(session.path, { lineage })).close();
});
