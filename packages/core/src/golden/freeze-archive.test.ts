import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { lineageAt } from '@varve/migrations';
import { expect, it } from 'vitest';
import { defineFixture, freezeArchive, openArchive } from '../index.ts';
import { rejectionOf } from '../testing/error-of.ts';
import { head, history as lineage } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';
import { findGoldenChanges } from './golden-lock.ts';

const fixture = defineFixture({
  lineage,
  session: { agentName: 'golden' },
  record(session) {
    session.record(lineage.tables.decisions, { summary: 'freeze' });
  },
});

it("writes a sealed archive of the current version with the fixture's rows, named after the last migration", async () => {
  const dir = join(makeTempDir(), 'golden');
  const path = await freezeArchive(dir, fixture);
  expect(path).toBe(join(dir, '0004_marks.db'));
  expect(readdirSync(dir).sort()).toEqual(['0004_marks.db', 'golden.lock']);
  expect(findGoldenChanges(dir, ['0004_marks.db'])).toEqual([]);
  expect(statSync(path).mode & 0o222).toBe(0);
  using archive = openArchive(path, { lineage });
  expect(archive.version).toBe(head);
  const session = archive.db.query.sessions.findFirst({ with: { decisions: true } }).sync();
  expect(session).toMatchObject({
    agentName: 'golden',
    status: 'completed',
    decisions: [{ summary: 'freeze' }],
  });
});

it('freezes a version once: what is there stays as it is', async () => {
  const dir = makeTempDir();
  const path = await freezeArchive(dir, fixture);
  const before = readFileSync(path);
  expect(await rejectionOf(freezeArchive(dir, fixture))).toMatchObject({ code: 'ARCHIVE_EXISTS', path });
  expect(readFileSync(path).equals(before)).toBe(true);
});

it('leaves nothing when the fixture fails', async () => {
  const dir = join(makeTempDir(), 'golden');
  const record = () => {
    throw new Error('the fixture fails');
  };
  await expect(freezeArchive(dir, { ...fixture, record })).rejects.toThrow('the fixture fails');
  expect(existsSync(dir)).toBe(false);
});

it('refuses a lineage without migrations', async () => {
  const empty = { ...lineageAt(lineage, 0), tables: lineage.tables };
  const error = await rejectionOf(freezeArchive(makeTempDir(), { ...fixture, lineage: empty }));
  expect(error.code).toBe('LINEAGE_INVALID');
});
