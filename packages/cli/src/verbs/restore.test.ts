import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';

it('rehearses, upgrades with a report, and puts the original back', async () => {
  const { dir, addArchive, addFile } = makeWorkplace();
  addFile('drizzle/0002_step.sql', 'ALTER TABLE calls DROP COLUMN took;');
  const path = addArchive('old.db', 1, 'search');
  const original = readFileSync(path);
  const refused = await runVarve(dir, 'upgrade', 'archives', '--dry-run');
  expect(refused).toMatchObject({ exitCode: 1 });
  expect(refused.stderr).toMatch(/^error\[LOSS_NOT_ACCEPTED\]: .*column dropped: calls\.took/);
  const rehearsed = await runVarve(dir, 'upgrade', 'archives', '--dry-run', '--accept-loss');
  expect(rehearsed.stdout).toMatch(/^1 would be upgraded, /);
  expect(readFileSync(path).equals(original)).toBe(true);
  const options = ['--backup', 'originals', '--verify', 'full', '--shard', '1/1', '--report', 'report.jsonl'];
  expect(await runVarve(dir, 'upgrade', 'archives', ...options)).toMatchObject({ exitCode: 0, stderr: '' });
  const file = JSON.parse(readFileSync(join(dir, 'report.jsonl'), 'utf8'));
  expect(file).toMatchObject({ path, from: 1, to: 3, how: 'patched', state: 'upgraded' });
  const { stdout } = await runVarve(dir, 'restore', 'originals', '--into', 'archives');
  expect(stdout).toBe('1 restored; 0 were so already; 0 failed\n');
  expect(readFileSync(path).equals(original)).toBe(true);
});

it('says USAGE for a part of a fleet that there is not', async () => {
  const { exitCode, stderr } = await runVarve('.', 'upgrade', 'archives', '--shard=3/2');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^error\[USAGE\]: .*--shard/);
});
