import { openUnified, upgradeArchives } from '@varve/aggregator';
import { createSession, openArchive } from '@varve/core';
import { lineage, olderLineage } from './lineage.ts';

const { decisions, toolCalls, labels } = lineage.tables;

const session = createSession('live', { lineage: olderLineage, session: { agentName: 'packed' } });
session.record(decisions, { summary: 'look it up' });
const { result } = await session.callTool({ toolName: 'search' }, async () => ['a', 'b']);
const path = session.seal('archives');

const archive = openArchive(path, { lineage });
const calls = archive.db.select().from(toolCalls).all();
const colours = archive.db.select().from(labels).all();
const { version, plan } = archive;
archive.close();

const unified = await openUnified('unified.db', { lineage, archives: 'archives' });
const unifiedCalls = unified.db.select().from(unified.tables.toolCalls).all();
unified.close();

const report = await upgradeArchives('archives', { lineage, jobs: 2 });

console.log(
  JSON.stringify({
    result,
    calls: calls.map((call) => [call.toolName, call.result]),
    colours,
    version,
    strategy: plan.strategy,
    unified: unifiedCalls.map((call) => [call.toolName, call.result]),
    upgraded: report.upgraded,
    failed: report.failed,
  }),
);
