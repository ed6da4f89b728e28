import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { describe, expect, it } from 'vitest';
import { importLogs } from './import-logs.ts';
import type { ImportLogsOptions } from './import-logs-options.ts';
import { dumpArchives, jsonLines } from './testing/dump-archives.ts';

const record = (id: string | undefined, text: string, more: object = {}) => ({
  id,
  created: Date.UTC(2026) / 1000,
  messages: [
    { role: 'user', content: text },
    { role: 'assistant', content: 'hi' },
  ],
  ...more,
});

/** A set that is imported, and then has more. */
async function grow(
  before: readonly object[],
  more: readonly object[],
  options: Partial<ImportLogsOptions> = {},
) {
  const [from, into] = [makeTestFolder(), makeTestFolder()];
  const path = join(from, 'set.jsonl');
  const again = (now: Partial<ImportLogsOptions> = options) =>
    importLogs('openai-chat', path, { into, ...now });
  writeFileSync(path, jsonLines(...before));
  await again();
  appendFileSync(path, jsonLines(...more));
  return { report: await again(), again, path, into };
}

async function dumpWhole(path: string, options: Partial<ImportLogsOptions> = {}) {
  const whole = makeTestFolder();
  await importLogs('openai-chat', path, { into: whole, ...options });
  return dumpArchives(whole);
}

describe('a set of openai-chat that grew', () => {
  it('is read from where it ended, and gives what the whole gives', async () => {
    const { report, again, path, into } = await grow(
      [record('a', 'one'), record(undefined, 'two'), {}],
      [record(undefined, 'three'), record('b', 'four')],
    );
    expect(report).toMatchObject({ records: 2, added: 2, unchanged: 2, skipped: {} });
    expect(dumpArchives(into)).toEqual(await dumpWhole(path));
    expect(await again()).toMatchObject({ records: 0, unchanged: 4 });
  });

  it('tells ids apart that were there before', async () => {
    const { report, path, into } = await grow(
      [record('a', 'one'), record('b-2', 'two'), record('b', 'three')],
      [record('a', 'four'), record('b', 'five'), record('a', 'six')],
    );
    expect(report).toMatchObject({ records: 3, added: 3, unchanged: 3 });
    expect(dumpArchives(into)).toEqual(await dumpWhole(path));
    expect(Object.keys(dumpArchives(into))).toHaveLength(6);
  });

  it('is read anew where an archive is gone, or what stood before is another', async () => {
    const { again, path, into } = await grow(
      [record('a', 'one'), record('b', 'two')],
      [record('c', 'three')],
    );
    rmSync(join(into, 'a.db'));
    appendFileSync(path, jsonLines(record('d', 'four')));
    expect(await again()).toMatchObject({ records: 4, added: 2, unchanged: 2 });
    writeFileSync(
      path,
      jsonLines(record('a', 'ONE'), record('b', 'two'), record('c', 'three'), record('e', 'five')),
    );
    expect(await again()).toMatchObject({ records: 4, changed: 1, added: 1, unchanged: 2 });
  });

  it('is read anew, its archives too, where it is told that other fields have what', async () => {
    const told = { name: 'One', label: 'Two' };
    const [first, second] = [{ fields: { title: 'name' } }, { fields: { title: 'label' } }];
    const { again, into, path } = await grow([record('a', 'one', told)], [record('b', 'two', told)], first);
    expect(dumpArchives(into).a?.sessions).toMatchObject([{ title: 'One' }]);
    expect(await again(second)).toMatchObject({ records: 2, changed: 2 });
    expect(dumpArchives(into)).toEqual(await dumpWhole(path, second));
    expect(dumpArchives(into).a?.sessions).toMatchObject([{ title: 'Two' }]);
  });
});
