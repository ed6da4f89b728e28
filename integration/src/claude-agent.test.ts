import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SessionStoreEntry, VarveSessionStore } from '@varve/claude-agent';
import { openArchive } from '@varve/core';
import { importLogs } from '@varve/import';
import { standardLineage as lineage } from '@varve/migrations';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';

const uuid = /^[0-9a-f-]{36}$/;
const samples = fileURLToPath(new URL('../../../shared/data/agent-logs/claude-code', import.meta.url));

const logs = existsSync(samples)
  ? globSync('**/*.jsonl', { cwd: samples })
      .filter((it) => !it.includes('expected') && !it.includes('subagents'))
      .sort()
      .slice(0, process.env.VARVE_DEEP ? undefined : 12)
      .map((it) => join(samples, it))
  : [];

function entriesOf(path: string): SessionStoreEntry[] {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as SessionStoreEntry);
}

/** What both tell of a session in the same words; the store keeps entries beside, which take places on the timeline. */
function factsOf(path: string) {
  using archive = openArchive(path, { lineage });
  const { sessions, messages, modelCalls, toolCalls } = lineage.tables;
  const [session] = archive.db.select().from(sessions).all();
  const said = archive.db.select().from(messages).all();
  const requests = archive.db.select().from(modelCalls).all();
  const called = archive.db.select().from(toolCalls).all();
  return {
    session: {
      id: session?.id,
      title: session?.title,
      model: session?.requestModel,
      status: session?.status,
    },
    messages: said.map(({ role, parts, messageId, createdAtMs }) => ({
      role,
      parts,
      messageId,
      createdAtMs,
    })),
    modelCalls: requests.map(({ seq: _seq, sessionId: _sessionId, ...row }) => row),
    toolCalls: called.map(({ seq: _seq, sessionId: _sessionId, modelCallSeq: _call, ...row }) => row),
  };
}

it.skipIf(logs.length === 0)(
  'the session store makes of a transcript what an import makes of it, and gives its entries back (skipped where there are no sample logs)',
  async () => {
    for (const log of logs) {
      const dir = makeTestFolder();
      const store = new VarveSessionStore({ dir });
      const entries = entriesOf(log);
      const stem = basename(log, '.jsonl');
      const told = entries.map((it) => (it as { sessionId?: string }).sessionId).find(Boolean);
      const key = { projectKey: basename(dirname(log)), sessionId: uuid.test(stem) ? stem : (told ?? stem) };
      for (let at = 0; at < entries.length; at += 50) await store.append(key, entries.slice(at, at + 50));
      const seen = new Set<string>();
      const once = entries.filter(({ uuid }) => {
        if (uuid === undefined) return true;
        return seen.size < seen.add(uuid).size;
      });
      expect(await store.load(key)).toEqual(once);
      const [stored = ''] = store.seal(key);
      await importLogs('claude-code', [log], { into: join(dir, 'imported') });
      const imported = globSync('**/*.db', { cwd: join(dir, 'imported') }).map((it) =>
        join(dir, 'imported', it),
      );
      const twin = imported.find((path) => factsOf(path).session.id === key.sessionId) ?? '';
      expect(factsOf(stored)).toEqual(factsOf(twin));
    }
  },
  120_000,
);
