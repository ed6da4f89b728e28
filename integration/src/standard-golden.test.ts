import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openUnified } from '@varve/aggregator';
import { openArchive, upgradeArchive } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import { makeTestFolder, testGoldenArchives } from '@varve/testing';
import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';

const goldenDir = fileURLToPath(new URL('../golden', import.meta.url));
const first = join(goldenDir, '0000_standard_tables.db');

testGoldenArchives(goldenDir, { lineage });

it('reads an archive of version 1 in place: what it never knew is NULL, and a call was the first attempt', () => {
  using archive = openArchive(first, { lineage });
  expect(archive.plan).toMatchObject({ strategy: 'lens', copy: 'none' });
  const session = archive.db.query.sessions
    .findFirst({ with: { messages: true, modelCalls: true, sources: true, toolCalls: true } })
    .sync();
  expect(session).toMatchObject({ title: null, conversationId: null, parentCallSeq: null });
  expect(session).toMatchObject({ messages: [], modelCalls: [], sources: [] });
  expect(session?.toolCalls).toMatchObject([
    { attempt: 1, modelCallSeq: null, mcpServer: null, arguments: { number: 'A-17' } },
    { attempt: 1, status: 'error' },
  ]);
});

it('upgrades an archive of version 1 to a file that reads the same, and writes NULL where a model call goes', async () => {
  const { messages, modelCalls, decisions, toolCalls } = lineage.tables;
  const copy = join(makeTestFolder(), 'copy.db');
  copyFileSync(first, copy);
  await upgradeArchive(copy, { lineage, acceptLoss: true, verify: 'full' });
  using old = openArchive(first, { lineage });
  using upgraded = openArchive(copy, { lineage });
  for (const table of [messages, modelCalls, decisions, toolCalls])
    expect(upgraded.db.select().from(table).all()).toEqual(old.db.select().from(table).all());
  const actions = upgraded.sqlite.prepare(
    `SELECT on_delete FROM pragma_foreign_key_list(?) WHERE "table" = 'model_calls'`,
  );
  for (const table of ['messages', 'decisions', 'tool_calls'])
    expect([table, actions.pluck().all(table)]).toEqual([table, ['SET NULL']]);
});

it('unifies archives of both versions', async () => {
  const file = join(makeTestFolder(), 'unified.db');
  using unified = await openUnified(file, { lineage, archives: goldenDir });
  const { decisions } = unified.tables;
  const rows = unified.db.select().from(decisions).where(eq(decisions.inputTokens, 1200)).all();
  expect(rows.map(({ modelCallSeq, costUsd }) => [modelCallSeq === null, costUsd])).toContainEqual([
    true,
    0.004,
  ]);
});
