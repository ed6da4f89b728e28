import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import type { ReadArchive } from './archive-outcomes.ts';
import { openUnified } from './open-unified.ts';
import { readUnified } from './read-unified.ts';

const names = (told: readonly ReadArchive[]) =>
  told.map(({ path, state }) => `${path.split('/').at(-1)} ${state}`);

it.each([1, 2])('stops when more fail than may, and goes on the next time: by %i processes', async (jobs) => {
  const [dir, file] = [makeFolder(), join(makeFolder(), 'view.db')];
  for (const name of ['a', 'b']) writeFileSync(join(dir, `${name}.db`), 'no database');
  for (let at = 0; at < 14; at++)
    writeArchive(join(dir, `c${at}.db`), 1 + (at % head), `00000000-0000-4000-8000-0000000000${10 + at}`);
  const options = { lineage, archives: dir, jobs } as const;
  const told: ReadArchive[] = [];
  const onFile = (it: ReadArchive) => told.push(it);
  const stopped = await openUnified(file, { ...options, maxFailures: 1, onFile });
  expect(stopped.report.isStopped).toBe(true);
  stopped.close();
  expect(
    names(told)
      .filter((it) => it.endsWith('failed'))
      .sort(),
  ).toEqual(['a.db failed', 'b.db failed']);
  // Another process may have had the rest in hand.
  if (jobs === 1) expect(told).toHaveLength(10);
  // It lacks archives, and says so.
  expect(() => readUnified(file)).toThrow(expect.objectContaining({ code: 'UNIFIED_UNFINISHED' }));
  for (const name of ['a', 'b']) {
    rmSync(join(dir, `${name}.db`));
    writeArchive(join(dir, `${name}.db`), 1, `00000000-0000-4000-8000-00000000000${name}`);
  }
  told.length = 0;
  const whole = await openUnified(file, { ...options, maxFailures: 1, onFile });
  expect(whole.report).toMatchObject({ isStopped: false, problems: [] });
  expect(whole.sqlite.prepare('SELECT count(*) FROM sessions').pluck().get()).toBe(16);
  whole.close();
  expect(new Set(told.map(({ path }) => path)).size).toBe(16);
  expect(told).toHaveLength(16);
  readUnified(file)?.close();
});

it('tells of what is as it was, of copies, and of no view that lies among the archives', async () => {
  const [dir, file] = [makeFolder(), join(makeFolder(), 'view.db')];
  const id = '00000000-0000-4000-8000-000000000001';
  writeArchive(join(dir, 'a.db'), head, id);
  copyFileSync(join(dir, 'a.db'), join(dir, 'b.db'));
  writeFileSync(join(dir, 'c.db'), 'no database');
  (await openUnified(join(dir, 'other.db'), { lineage, archives: makeFolder() })).close();
  const tell = async () => {
    const told: ReadArchive[] = [];
    (
      await openUnified(file, { lineage, archives: dir, maxFailures: 1, onFile: (it) => told.push(it) })
    ).close();
    return told;
  };
  const first = await tell();
  expect(first.map(({ state }) => state).sort()).toEqual(['duplicate', 'failed', 'unified']);
  expect(first.find(({ state }) => state === 'failed')?.problem?.code).toBe('FILE_NOT_A_DATABASE');
  expect(names(await tell()).sort()).toEqual(['a.db current', 'b.db current', 'c.db failed']);
});
