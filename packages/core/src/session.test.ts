import { readdirSync } from 'node:fs';
import { standardLineage as lineage } from '@varve/migrations';
import { expect, it } from 'vitest';
import { createSession, openArchive, openSession } from './index.ts';
import { makeTempDir } from './testing/temp-dir.ts';

const { decisions, toolCalls } = lineage.tables;

it('records a session and seals it', async () => {
  const dir = makeTempDir();
  const session = createSession(`${dir}/live`, { lineage, session: { agentName: 'auditor' } });
  const seq = session.record(decisions, { summary: 'look at the manifest' });
  const call = await session.callTool({ toolName: 'read', decisionSeq: seq, arguments: { a: 1 } }, () => ({
    ok: true,
  }));
  expect(call).toEqual({ seq: 2, result: { ok: true } });
  expect(session.db.query.toolCalls.findMany({ with: { decision: true } }).sync()).toMatchObject([
    { decision: { seq: 1 } },
  ]);
  expect(readdirSync(`${dir}/live`).length).toBe(4);
  expect(() => openSession(session.path, { lineage })).toThrow(/this process/);
  const archive = session.seal(`${dir}/done`);
  expect(archive).toBe(`${dir}/done/${readdirSync(`${dir}/done`)[0]}`);
  expect(readdirSync(`${dir}/live`)).toEqual([]);
  expect(readdirSync(`${dir}/done`).length).toBe(1);
  using read = openArchive(archive, { lineage });
  expect(read.plan.strategy).toBe('identity');
  expect(read.db.select().from(toolCalls).all()).toMatchObject([
    { seq: 2, status: 'ok', result: { ok: true } },
  ]);
  expect(read.db.query.sessions.findFirst().sync()).toMatchObject({ status: 'completed' });
});
