import fs, {
  chmodSync,
  copyFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { expect, it, vi } from 'vitest';
import { importLogs } from '../import-logs.ts';
import { dumpArchives } from '../testing/dump-archives.ts';
import { OpencodeFile } from '../testing/opencode-file.ts';
import { openToRead } from './opencode-open.ts';

/** A copy of a database that has a write-ahead log, beside which SQLite can make no other file. */
function makeCopy(): string {
  using file = new OpencodeFile('session', 'message', 'part').session('ses_1', 1_767_225_600_000);
  file.said('msg_1', 'ses_1', 1_767_225_600_000, 'hello');
  file.sqlite.pragma('journal_mode = WAL');
  file.sqlite.pragma('wal_checkpoint(TRUNCATE)');
  const path = join(makeTestFolder(), 'opencode.db');
  copyFileSync(file.path, path);
  symlinkSync(join(path, 'nowhere'), `${path}-wal`);
  return path;
}

it('reads a database beside which no file can be made, and makes none', async () => {
  const [path, into] = [makeCopy(), makeTestFolder()];
  expect(await importLogs('auto', path, { into })).toMatchObject({ added: 1, problems: [] });
  expect(dumpArchives(into).ses_1?.messages).toHaveLength(1);
  expect(await importLogs('auto', path, { into })).toMatchObject({ unchanged: 1, records: 0 });
  expect(readdirSync(join(path, '..')).sort()).toEqual(['opencode.db', 'opencode.db-wal']);
});

it.skipIf(process.getuid?.() === 0)(
  'reads one in a folder that may not be written, unless its last changes stand beside it',
  async () => {
    const [path, into] = [makeCopy(), makeTestFolder()];
    rmSync(`${path}-wal`);
    chmodSync(join(path, '..'), 0o500);
    expect(await importLogs('auto', path, { into })).toMatchObject({ added: 1, problems: [] });
    chmodSync(join(path, '..'), 0o700);
    writeFileSync(`${path}-wal`, 'changes');
    chmodSync(join(path, '..'), 0o500);
    const { problems } = await importLogs('auto', path, { into: makeTestFolder() });
    chmodSync(join(path, '..'), 0o700);
    expect(problems).toMatchObject([{ code: 'FILE_READ_ONLY', hint: expect.stringContaining('copy') }]);
  },
);

it('takes no image for the database that was changed while it was read', () => {
  const path = makeCopy();
  const { readFileSync } = fs;
  const read = vi.spyOn(fs, 'readFileSync').mockImplementation(((
    ...args: Parameters<typeof readFileSync>
  ) => {
    const bytes = readFileSync(...args);
    utimesSync(path, 1, 1);
    return bytes;
  }) as typeof readFileSync);
  syncBuiltinESMExports();
  try {
    expect(() => openToRead(path)).toThrow(expect.objectContaining({ code: 'SQLITE_CANTOPEN' }));
    expect(read).toHaveBeenCalledWith(path);
  } finally {
    read.mockRestore();
    syncBuiltinESMExports();
  }
});
