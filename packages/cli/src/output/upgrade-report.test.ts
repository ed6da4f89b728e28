import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UpgradedFile } from '@varve/aggregator';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { openReport } from './open-report.ts';
import { readUpgradeReport } from './upgrade-report.ts';

const upgraded: UpgradedFile = {
  path: '/a.db',
  state: 'upgraded',
  from: 1,
  to: 3,
  how: 'fused',
  sizeBytes: 8192,
  durationMs: 1.5,
};

function failedFile(path: string): UpgradedFile {
  const problem = { path, code: 'FILE_CORRUPT', message: 'damaged', hint: 'restore it' } as const;
  return { ...upgraded, path, state: 'failed', from: undefined, how: 'none', problem };
}

it('has each file on the disk as soon as it is done, and gives back what failed', async () => {
  const path = join(makeWorkplace().dir, 'report.jsonl');
  expect(await readUpgradeReport(path)).toEqual([]);
  const names = ['/two\nlines.db', '/an end \u2028 of a line \u2029.db', '/🗿.db'];
  {
    using report = openReport(path);
    for (const name of names) {
      report.add(upgraded);
      report.add(failedFile(name));
      expect((await readUpgradeReport(path)).at(-1)).toEqual(failedFile(name).problem);
    }
  }
  expect(await readUpgradeReport(path)).toEqual(names.map((name) => failedFile(name).problem));
  expect(JSON.parse(readFileSync(path, 'utf8').split('\n')[0] ?? '')).toEqual(upgraded);
});

it('reads a report whose last line was cut short, and no other text', async () => {
  const path = join(makeWorkplace().dir, 'report.jsonl');
  {
    using report = openReport(path);
    for (const name of ['/1.db', '/2.db']) report.add(failedFile(name));
  }
  truncateSync(path, readFileSync(path).length - 30);
  expect(await readUpgradeReport(path)).toEqual([failedFile('/1.db').problem]);
  for (const text of ['notes', '{}\n', '{"failed": []}\n', `{}\n${JSON.stringify(failedFile('/3.db'))}\n`]) {
    writeFileSync(path, text);
    await expect(readUpgradeReport(path)).rejects.toMatchObject({ code: 'USAGE', path });
  }
});

it('finds out before the work that a report cannot be written', () => {
  const path = join(makeWorkplace().dir, 'missing', 'report.jsonl');
  expect(() => openReport(path)).toThrow(expect.objectContaining({ code: 'USAGE', path }));
});

it('says DISK_FULL when there is no room for a line', () => {
  using report = openReport('/dev/full');
  expect(() => report.add(upgraded)).toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
});
