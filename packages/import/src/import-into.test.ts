import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { importLogs } from './import-logs.ts';

const chat = JSON.stringify({ messages: [{ role: 'user', content: 'hello' }] });

it('makes no folder where there is nothing to write', async () => {
  const [from, into] = [makeTestFolder(), join(makeTestFolder(), 'a', 'archives')];
  const missing = await importLogs('auto', join(from, 'gone'), { into });
  expect(missing.problems).toMatchObject([{ code: 'FILE_NOT_FOUND' }]);
  writeFileSync(join(from, 'notes.txt'), 'nothing');
  expect(await importLogs('auto', from, { into })).toMatchObject({ otherFiles: 1, problems: [] });
  expect(existsSync(dirname(into))).toBe(false);
  writeFileSync(join(from, 'chat.jsonl'), chat);
  expect(await importLogs('auto', from, { into })).toMatchObject({ added: 1, otherFiles: 1, logs: 1 });
});

it.each([{ dryRun: true }, { dryRun: false }])(
  'says that there is a file where the folder is to be, and writes nothing: %o',
  async (options) => {
    const from = makeTestFolder();
    writeFileSync(join(from, 'chat.jsonl'), chat);
    const file = join(from, 'file');
    writeFileSync(file, '');
    const refusal = { code: 'USAGE', path: file, hint: expect.stringContaining('name a folder') };
    for (const into of [file, join(file, 'archives')])
      await expect(importLogs('auto', from, { into, ...options })).rejects.toMatchObject(refusal);
  },
);

it('says so of a link to nothing, which no folder can take the place of', async () => {
  const from = makeTestFolder();
  writeFileSync(join(from, 'chat.jsonl'), chat);
  const into = join(from, 'link');
  symlinkSync(join(from, 'gone'), into);
  await expect(importLogs('auto', join(from, 'chat.jsonl'), { into })).rejects.toMatchObject({
    code: 'USAGE',
    path: into,
  });
});
