import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished, vi } from 'vitest';
import { searchUnified } from '../search/search-unified.ts';
import { fingerprint, makeFolder, uuidOf, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { readUnifiedRows, type UnifiedRows, unionOfUpgraded } from '../testing/unified-rows.ts';
import { openUnified } from './open-unified.ts';
import { readUnified } from './read-unified.ts';
import { type RefreshReport, refreshUnified } from './refresh-unified.ts';

/** 80 archives of 70 sessions, and three of which nothing can be read. */
function writeArchives(dir: string): void {
  for (let at = 0; at < 80; at++) writeArchive(join(dir, `${at}.db`), (at % head) + 1, uuidOf(at % 70));
  writeFileSync(join(dir, '12-text.db'), 'no database');
  const bytes = readFileSync(writeArchive(join(dir, '17-damaged.db'), 2));
  writeFileSync(join(dir, '17-damaged.db'), Buffer.from(bytes).fill(0xff, 4096));
  const other = new Database(writeArchive(join(dir, '31-other.db'), 3));
  other.exec('DROP TABLE tool_calls');
  other.close();
}

/** With paths alone, sorted. */
function briefly({ added, problems, duplicates }: RefreshReport): unknown {
  return { added, problems: problems.map(({ path, code }) => [basename(path), code]), duplicates };
}

it('holds with workers what it holds without, problems, duplicates and full-text index among it', async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  writeArchives(dir);
  const before = fingerprint(dir);
  const options = { lineage, archives: dir, search: true };
  using alone = await openUnified(join(work, 'alone.db'), { ...options, jobs: 1 });
  using unified = await openUnified(join(work, 'u.db'), { ...options, jobs: 3 });
  expect(briefly(unified.report)).toEqual(briefly(alone.report));
  expect(alone.report.duplicates).toHaveLength(10);
  expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(readUnifiedRows(alone.sqlite, lineage));
  const hits = (file: string) => searchUnified(file, 'grep', { limit: 999 }).map(({ snippet }) => snippet);
  expect(hits(unified.path)).toEqual(hits(alone.path));
  expect(fingerprint(dir)).toEqual(before);
  // Into a view that is complete already.
  for (let at = 0; at < 40; at++) writeArchive(join(dir, `later ${at}.db`), (at % head) + 1, uuidOf(at));
  for (const view of [alone, unified]) await view.refresh();
  expect(briefly(unified.report)).toEqual(briefly(alone.report));
  expect(unified.report.added).toBe(40);
  expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(readUnifiedRows(alone.sqlite, lineage));
  expect(hits(unified.path)).toEqual(hits(alone.path));
});

it('tells the progress of all that is read, here or there', async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  for (let at = 0; at < 45; at++) writeArchive(join(dir, `${at}.db`), 1);
  const told: number[] = [];
  const onProgress = ({ done, total }: { done: number; total: number }) => told.push(done / total);
  await refreshUnified(join(work, 'u.db'), { lineage, archives: dir, jobs: 2, onProgress });
  expect(told).toHaveLength(5);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told.at(-1)).toBe(1);
});

it('reads itself what another refresh has added in part', async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  const paths = Array.from({ length: 60 }, (_, at) =>
    writeArchive(join(dir, `${at + 100}.db`), (at % head) + 1),
  );
  const file = join(work, 'u.db');
  const refresh = (archives: readonly string[]) => refreshUnified(file, { lineage, archives, jobs: 2 });
  // Each has some that the other lacks in a batch of its worker.
  const reports = await Promise.all([refresh(paths.slice(5)), refresh(paths.toSpliced(15, 5))]);
  expect(reports.flatMap(({ problems }) => problems)).toEqual([]);
  expect(readRows(file)).toEqual(unionOfUpgraded(paths, lineage, work));
});

function readRows(file: string): UnifiedRows {
  const sqlite = readUnified(file) as Database.Database;
  onTestFinished(() => void sqlite.close());
  return readUnifiedRows(sqlite, lineage);
}

it('leaves the view as it was, with the reason, when it cannot be written', async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  for (let at = 0; at < 60; at++) writeArchive(join(dir, `${at}.db`), 1);
  const file = join(work, 'u.db');
  await refreshUnified(file, { lineage, archives: makeFolder() });
  const sqlite = new Database(file);
  sqlite.exec(
    `CREATE TRIGGER full BEFORE INSERT ON _archives BEGIN SELECT RAISE(ABORT, 'no more'); END;
     CREATE TRIGGER fuller BEFORE INSERT ON sessions BEGIN SELECT RAISE(ABORT, 'no more'); END`,
  );
  sqlite.close();
  await expect(refreshUnified(file, { lineage, archives: dir, jobs: 2 })).rejects.toThrow('no more');
  expect(readRows(file)).toEqual(unionOfUpgraded([], lineage, work));
});

it('names the archive that kills its worker, and reads all others', async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  // The first two batches go to the worker.
  const paths = Array.from({ length: 60 }, (_, at) =>
    writeArchive(join(dir, `${at + 100}.db`), (at % head) + 1),
  );
  writeArchive(join(dir, '105-poison.db'), 1);
  const hook = new URL('../testing/crash-on-poison.ts', import.meta.url);
  vi.stubEnv('NODE_OPTIONS', `${process.env.NODE_OPTIONS ?? ''} --import ${hook}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const file = join(work, 'u.db');
  const { problems } = await refreshUnified(file, { lineage, archives: dir, jobs: 2 });
  expect(problems).toMatchObject([{ path: join(dir, '105-poison.db'), code: 'WORKER_CRASHED' }]);
  expect(readRows(file)).toEqual(unionOfUpgraded(paths, lineage, work));
});
