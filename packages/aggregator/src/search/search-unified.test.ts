import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createSession } from '@varve/core';
import { lineageAt, standardLineage } from '@varve/migrations';
import { decisions, outputs } from '@varve/schema';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { makeFolder, writeArchive } from '../testing/archives.ts';
import { lineage as fixtureLineage } from '../testing/fixture-lineage.ts';
import { openUnified } from '../unified/open-unified.ts';
import { searchUnified } from './search-unified.ts';

const lineage = standardLineage;

async function writeSession(dir: string, topic: string): Promise<{ id: string; path: string }> {
  const session = createSession(makeFolder(), { lineage, session: { agentName: 'clerk' } });
  session.record(decisions, { summary: `refund the ${topic}` });
  await session.callTool({ toolName: 'lookup', arguments: { what: `${topic} argument` } }, () => ({
    found: `${topic} result`,
  }));
  session.record(outputs, { kind: 'answer', content: `${topic} is refunded` });
  return { id: String(session.id), path: session.seal(dir) };
}

it('finds decisions, arguments, results and outputs, with the session they came from', async () => {
  const [dir, file] = [makeFolder(), join(makeFolder(), 'u.db')];
  const flight = await writeSession(dir, 'flight');
  await writeSession(dir, 'hotel');
  (await openUnified(file, { lineage, archives: dir, search: true })).close();
  const hits = searchUnified(file, 'flight');
  expect(new Set(hits.map(({ table }) => table))).toEqual(new Set(['decisions', 'tool_calls', 'outputs']));
  expect(hits.every(({ archive, sessionId }) => archive === flight.path && sessionId === flight.id)).toBe(
    true,
  );
  expect(searchUnified(file, 'refund NOT hotel')).toMatchObject([
    {
      table: 'decisions',
      snippet: 'refund the [flight]'.replace(/[[\]]/g, '').replace('refund', '[refund]'),
    },
  ]);
  expect(searchUnified(file, 'flight result')).toMatchObject([{ table: 'tool_calls' }]);
  expect(searchUnified(file, 'flight OR hotel', { limit: 2 })).toHaveLength(2);
  expect(searchUnified(file, 'train')).toEqual([]);
  expect(() => searchUnified(file, '"')).toThrow(expect.objectContaining({ code: 'SQL_FAILED' }));
});

it('is kept up to date by every refresh, asked for or not', async () => {
  const [dir, file] = [makeFolder(), join(makeFolder(), 'u.db')];
  const flight = await writeSession(dir, 'flight');
  (await openUnified(file, { lineage, archives: dir })).close();
  expect(() => searchUnified(file, 'flight')).toThrow(
    expect.objectContaining({ code: 'SEARCH_UNAVAILABLE' }),
  );
  (await openUnified(file, { lineage, archives: dir, search: true })).close();
  expect(searchUnified(file, 'flight')).toHaveLength(3);
  await writeSession(dir, 'hotel');
  rmSync(flight.path);
  (await openUnified(file, { lineage, archives: dir })).close();
  expect(searchUnified(file, 'flight')).toEqual([]);
  expect(searchUnified(file, 'hotel')).toHaveLength(3);
  expect(checkIndexes(file)).toBeGreaterThan(2);
});

it('is made anew when the lineage has moved on, and takes in changed archives', async () => {
  const [dir, file] = [makeFolder(), join(makeFolder(), 'u.db')];
  const path = writeArchive(join(dir, 'a.db'), 2);
  const old = lineageAt(fixtureLineage, 3);
  (await openUnified(file, { lineage: old, archives: dir, search: true })).close();
  using unified = await openUnified(file, { lineage: fixtureLineage, archives: dir });
  expect(searchUnified(file, 'grep')).toMatchObject([{ table: 'tool_calls', archive: path }]);
  expect(
    searchUnified(file, 'read')
      .map(({ table }) => table)
      .sort(),
  ).toEqual(['tags', 'tool_calls']);
  const sqlite = new Database(path);
  sqlite.exec(`UPDATE tool_calls SET tool = 'scan' WHERE tool = 'grep'`);
  sqlite.close();
  await unified.refresh();
  expect(searchUnified(file, 'grep')).toEqual([]);
  expect(searchUnified(file, 'scan')).toHaveLength(1);
  expect(checkIndexes(file)).toBe(3);
});

it('refuses a file that is no view', () => {
  const path = writeArchive(join(makeFolder(), 'a.db'), 1);
  expect(() => searchUnified(path, 'grep')).toThrow(expect.objectContaining({ code: 'UNIFIED_FOREIGN' }));
});

/** FTS5 itself compares each index with the rows it is of. Returns how many there are. */
function checkIndexes(file: string): number {
  const sqlite = new Database(file);
  const names = sqlite
    .prepare(`SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL%'`)
    .pluck()
    .all() as string[];
  for (const name of names)
    sqlite.exec(`INSERT INTO "${name}" ("${name}", rank) VALUES ('integrity-check', 1)`);
  sqlite.close();
  return names.length;
}
