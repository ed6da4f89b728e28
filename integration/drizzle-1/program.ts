import { openUnified, upgradeArchives } from '@varve/aggregator';
import { createSession, openArchive } from '@varve/core';
import { lineage, olderLineage } from './lineage.ts';

const { findings } = lineage.tables;

/** A session of two calls, and a finding of the last one. */
async function record(agentName: string): Promise<string> {
  const session = createSession('live', { lineage, session: { agentName } });
  await session.callTool({ toolName: 'list', arguments: { page: 1 } }, () => ['a']);
  await session.callTool({ toolName: 'search' }, () => ({ hits: 1 }));
  const call = session.db.query.toolCalls.findFirst({ where: { toolName: 'search' } }).sync();
  session.record(findings, {
    summary: `of ${agentName}`,
    body: { tags: ['x'] },
    isFinal: true,
    foundAt: new Date(7),
    toolCallSeq: call?.seq ?? null,
  });
  return session.seal('archives');
}

const path = await record('first');
await record('second');
const older = createSession('live', { lineage: olderLineage, session: { agentName: 'older' } });
older.sqlite.exec(
  `INSERT INTO findings (seq, session_id, summary, is_final) VALUES (1, '${older.id}', 'old', 0)`,
);
older.seal('archives');

const archive = openArchive(path, { lineage });
const session = archive.db.query.sessions
  .findFirst({ with: { toolCalls: { with: { findings: true }, orderBy: { seq: 'asc' } } } })
  .sync();
archive.close();

const unified = await openUnified('unified.db', { lineage, archives: 'archives' });
const sessions = unified.db.query.sessions
  .findMany({
    with: { toolCalls: { with: { findings: true, session: true } } },
    orderBy: { agentName: 'asc' },
  })
  .sync();
const all = unified.db.select().from(unified.tables.findings).all();
unified.close();

const report = await upgradeArchives('archives', { lineage, jobs: 2 });

console.log(
  JSON.stringify({
    calls: session?.toolCalls.map((call) => [
      call.toolName,
      call.arguments,
      call.result,
      call.findings.map(({ body, isFinal, foundAt }) => [body?.tags[0], isFinal, foundAt?.getTime()]),
    ]),
    unified: sessions.map((it) => [
      it.agentName,
      it.toolCalls.map((call) => [
        call._archive === it._archive,
        call.session.agentName,
        call.findings.map(({ summary }) => summary),
      ]),
    ]),
    found: all.map(({ _version, summary, isFinal, foundAt }) => [
      _version,
      summary,
      isFinal,
      foundAt?.getTime(),
    ]),
    upgraded: report.upgraded,
    failed: report.failed,
  }),
);
