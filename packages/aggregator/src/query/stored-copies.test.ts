import { chmodSync, copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSession } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import { decisions } from '@varve/schema';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { useBucket } from '../../../core/src/testing/use-bucket.ts';
import { makeFolder } from '../testing/archives.ts';
import { queryArchives } from './query-archives.ts';

/** A session, what it was before, a copy of it, and another that claims to be it. */
function makeStates(): string {
  const dir = makeFolder();
  const session = createSession(makeFolder(), { lineage, session: { agentName: 'support' } });
  for (const summary of ['first', 'second', 'third']) session.record(decisions, { summary });
  const path = session.seal(dir);
  const change = (name: string, sql: string) => {
    copyFileSync(path, join(dir, name));
    chmodSync(join(dir, name), 0o600);
    const sqlite = new Database(join(dir, name));
    sqlite.exec(sql);
    sqlite.close();
  };
  change('before.db', 'DELETE FROM decisions WHERE rowid = (SELECT max(rowid) FROM decisions)');
  change('other.db', "UPDATE decisions SET summary = 'none of these'");
  copyFileSync(path, join(dir, 'copy.db'));
  return dir;
}

it('counts a session of a bucket once, as that of a folder, whatever of its archives is asked for', async () => {
  await using bucket = await useBucket();
  const dir = makeStates();
  // One at a time, so that the newest is the same in both.
  for (const name of readdirSync(dir)) bucket.put(`bucket/archives/${name}`, readFileSync(join(dir, name)));
  for (const sql of ['SELECT agent_name FROM sessions', 'SELECT summary FROM decisions ORDER BY 1']) {
    const [local, stored] = [
      await queryArchives(dir, sql, { lineage }),
      await queryArchives('s3://bucket/archives', sql, { lineage }),
    ];
    expect(stored.rows, sql).toEqual(local.rows);
    expect(stored.duplicates).toHaveLength(2);
    expect(local.duplicates).toHaveLength(2);
    expect(stored.clashes.map(({ paths }) => paths.length)).toEqual([2]);
  }
});

it('counts what cannot be fetched a second time as it was read', async () => {
  await using bucket = await useBucket();
  const dir = makeStates();
  for (const name of readdirSync(dir)) bucket.put(`bucket/archives/${name}`, readFileSync(join(dir, name)));
  const met = new Set<string>();
  bucket.fault = (request) => {
    if (!request.startsWith('GET bucket/archives/')) return undefined;
    const isAgain = met.has(request);
    met.add(request);
    return isAgain ? { status: 403, code: 'AccessDenied' } : undefined;
  };
  const { rows, problems } = await queryArchives('s3://bucket/archives', 'SELECT id FROM sessions', {
    lineage,
  });
  // Of the copy its ETag tells.
  expect([rows.length, problems]).toEqual([3, []]);
});
