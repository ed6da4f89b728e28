import { statSync } from 'node:fs';
import { defineLineage } from '@varve/migrations';
import { expect, it } from 'vitest';
import { createSession, openSessionAsync } from '../index.ts';
import { rejectionOf } from '../testing/error-of.ts';
import { history as lineage, writeFileAt } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const megabytes = process.env.VARVE_DEEP ? 200 : 60;

/**
 * The longest turn of the event loop while some work was under way, in time that this thread used: what other
 * programs do to a busy machine does not count.
 */
async function measureLongestTurn(work: () => Promise<unknown>): Promise<number> {
  let [lastMs, longestMs] = [threadTimeMs(), 0];
  const endTurn = () => {
    longestMs = Math.max(longestMs, threadTimeMs() - lastMs);
    lastMs = threadTimeMs();
  };
  const timer = setInterval(endTurn, 1);
  await work().finally(() => clearInterval(timer));
  endTurn();
  return longestMs;
}

function threadTimeMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Every row is rewritten. */
const rewriting = defineLineage({
  ...lineage,
  migrations: [
    ...lineage.migrations,
    { name: '0005', sql: `UPDATE decisions SET summary = summary || '.'`, createdAtMs: 1_700_000_000_999 },
  ],
});

it('opens a large old session without holding up the event loop', async () => {
  const sql = 'UPDATE decisions SET summary = hex(zeroblob(5000)) || seq';
  const path = writeFileAt(makeTempDir(), 1, { decisions: megabytes * 100, sql });
  expect(statSync(path).size).toBeGreaterThan(megabytes * 1_000_000);
  let opening: ReturnType<typeof openSessionAsync<typeof lineage.tables>> | undefined;
  const longestMs = await measureLongestTurn(() => {
    opening = openSessionAsync(path, { lineage: rewriting });
    return opening;
  });
  expect(longestMs).toBeLessThan(50);
  using session = await (opening as NonNullable<typeof opening>);
  expect(session.record(lineage.tables.decisions, { summary: 'next' })).toBe(megabytes * 100 + 1);
});

it('raises the same errors as openSession, and leaves no lock behind', async () => {
  using session = createSession(makeTempDir(), { lineage, session: { agentName: 'x' } });
  const error = await rejectionOf(openSessionAsync(session.path, { lineage, busyTimeoutMs: 0 }));
  expect(error).toMatchObject({ code: 'SESSION_LOCKED', path: session.path, details: { pid: process.pid } });
  session.close();
  (await openSessionAsync(session.path, { lineage })).close();
});
