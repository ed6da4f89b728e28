import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openArchive } from '../index.ts';
import { head, history as lineage, writeFileAt } from '../testing/history.ts';
import { startProgram } from '../testing/run-program.ts';
import { makeTempDir } from '../testing/temp-dir.ts';
import { makePrivateDir, removePrivateDir } from './private-dir.ts';

it('is gone when the process exits without tidying up', async () => {
  const program = startProgram('leave-private-dir.ts');
  const dir = await program.nextLine();
  expect(dir.startsWith(join(tmpdir(), 'varve-'))).toBe(true);
  await new Promise((resolve) => program.process.once('close', resolve));
  expect(existsSync(dir)).toBe(false);
});

it('can be removed with what is in it, also twice', () => {
  const dir = makePrivateDir();
  writeFileSync(join(dir, 'x'), 'x');
  removePrivateDir(dir);
  removePrivateDir(dir);
  expect(existsSync(dir)).toBe(false);
});

it('has no name any more while a copy in it is read, so that not even a killed reader leaves it', (context) => {
  if (process.platform === 'win32') return context.skip('Windows keeps the names of open files');
  const dir = makeTempDir();
  const path = writeFileAt(dir, head, {
    sql: 'CREATE TABLE ballast (x); INSERT INTO ballast VALUES (zeroblob(40000000))',
  });
  writeFileSync(`${path}-journal`, 'not a journal');
  vi.stubEnv('TMPDIR', makeTempDir());
  using archive = openArchive(path, { lineage });
  expect(archive.plan.copy).toBe('file');
  expect(readdirSync(tmpdir())).toEqual([]);
  vi.unstubAllEnvs();
  expect(archive.sqlite.prepare('SELECT length(x) FROM ballast').pluck().get()).toBe(40_000_000);
});
