import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSession } from '@varve/core';
import { standardLineage } from '@varve/migrations';
import { type CallStatus, decisions } from '@varve/schema';
import Database from 'better-sqlite3';
import { eq } from 'drizzle-orm';
import { expect, expectTypeOf, it } from 'vitest';
import { fingerprint, makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { readUnifiedRows, unionOfUpgraded } from '../testing/unified-rows.ts';
import { openUnified } from './open-unified.ts';

function writeArchives(dir: string): string[] {
  return Array.from({ length: 12 }, (_, at) =>
    writeArchive(join(dir, `${at % 3}`, `${String(at).padStart(2, '0')}.db`), (at % head) + 1),
  ).sort();
}

it('holds the union of every archive physically upgraded, and leaves the archives as they are', async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  const paths = writeArchives(dir);
  const before = fingerprint(dir);
  using unified = await openUnified(join(work, 'unified.db'), { lineage, archives: dir });
  expect(unified.problems).toEqual([]);
  expect(unified.report).toMatchObject({ added: 12, changed: 0, removed: 0, unchanged: 0 });
  expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(unionOfUpgraded(paths, lineage, work));
  const { archives } = unified;
  const strategies = unified.db.selectDistinct({ how: archives.strategy }).from(archives).all();
  expect(strategies.map(({ how }) => how).sort()).toEqual(['identity', 'lens']);
  expect(fingerprint(dir)).toEqual(before);
});

it('answers typed queries over tables and relations, which stay within an archive', async () => {
  const dir = makeFolder();
  const paths = [1, 2, head].map((version) => writeArchive(join(dir, `${version}.db`), version));
  using unified = await openUnified(join(makeFolder(), 'unified.db'), { lineage, archives: dir });
  const { toolCalls } = unified.tables;
  const rows = unified.db
    .select({ path: unified.archives.path, tool: toolCalls.toolName, failed: toolCalls.failed })
    .from(toolCalls)
    .innerJoin(unified.archives, eq(unified.archives.id, toolCalls._archive))
    .where(eq(toolCalls.seq, 2))
    .orderBy(unified.archives.path)
    .all();
  expectTypeOf(rows).toEqualTypeOf<{ path: string; tool: string; failed: boolean }[]>();
  expect(rows).toEqual(paths.map((path) => ({ path, tool: 'read', failed: false })));
  // @ts-expect-error no such column
  expect(toolCalls.toolNam).toBeUndefined();
  // @ts-expect-error no such relation
  expect(() => unified.db.query.sessions.findMany({ with: { calls: true } }).sync()).toThrow();
  // @ts-expect-error no such column to order by
  unified.db.query.sessions.findMany({ orderBy: (session) => session.agentName });
  const nested = unified.db.query.sessions
    .findMany({ with: { toolCalls: true }, orderBy: (session) => session.id })
    .sync();
  expect(nested.map((session) => session.toolCalls.length)).toEqual(paths.map(() => 3));
  const call = unified.db.query.toolCalls.findFirst({ with: { session: true } }).sync();
  expect(call?.session._archive).toBe(call?._archive);
  expectTypeOf(call?.session.agent).toEqualTypeOf<string | undefined>();
});

it('passes over an archive that cannot be read, and says why', async () => {
  const dir = makeFolder();
  writeArchives(dir);
  writeFileSync(join(dir, 'notes.db'), 'some notes');
  writeFileSync(join(dir, 'README'), 'some notes');
  const foreign = new Database(join(dir, 'foreign'));
  foreign.exec('CREATE TABLE other (id); PRAGMA application_id = 42');
  foreign.close();
  using unified = await openUnified(join(makeFolder(), 'unified.db'), { lineage, archives: dir });
  expect(unified.problems.map(({ path, code }) => [path, code])).toEqual([
    [join(dir, 'foreign'), 'VERSION_FOREIGN'],
    [join(dir, 'notes.db'), 'FILE_NOT_A_DATABASE'],
  ]);
  expect(unified.db.select().from(unified.tables.sessions).all()).toHaveLength(12);
});

it('types and decodes the standard tables, JSON columns among them', async () => {
  const [live, dir] = [makeFolder(), makeFolder()];
  const session = createSession(live, { lineage: standardLineage, session: { agentName: 'auditor' } });
  const decisionSeq = session.record(decisions, { summary: 'look', alternatives: [{ summary: 'guess' }] });
  await session.callTool({ toolName: 'grep', arguments: { pattern: 'x' }, decisionSeq }, () => ({
    hits: [1, 2],
  }));
  const path = session.seal(dir);
  using unified = await openUnified(join(makeFolder(), 'u.db'), { lineage: standardLineage, archives: dir });
  const call = unified.db.query.toolCalls.findFirst({ with: { decision: true, session: true } }).sync();
  expect(call).toMatchObject({ arguments: { pattern: 'x' }, result: { hits: [1, 2] }, status: 'ok' });
  expect(call?.decision).toMatchObject({ alternatives: [{ summary: 'guess' }], _archive: call?._archive });
  expectTypeOf<NonNullable<typeof call>['status']>().toEqualTypeOf<CallStatus>();
  expectTypeOf<NonNullable<typeof call>['session']['agentName']>().toEqualTypeOf<string>();
  expect(unified.db.select().from(unified.archives).all()).toMatchObject([
    {
      path,
      sessionId: call?.sessionId,
      rows: 3,
      version: standardLineage.migrations.length,
      strategy: 'identity',
    },
  ]);
});

it('is not made in a bucket', async () => {
  const made = openUnified('s3://bucket/view.db', { lineage, archives: makeFolder() });
  await expect(made).rejects.toMatchObject({ code: 'USAGE', path: 's3://bucket/view.db' });
});
