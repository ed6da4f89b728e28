import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';

it('tells version, pending migrations, the way of reading and the rows', async () => {
  const { dir, addArchive } = makeWorkplace();
  const path = addArchive('old.db', 1, 'search', 'read');
  const text = await runVarve(dir, 'show', path);
  expect(text).toMatchObject({ exitCode: 0, stderr: '' });
  expect(text.stdout).toMatch(/^version +1 of 3, 0000_step$/m);
  expect(text.stdout).toMatch(/^calls +2 /m);
  const json = JSON.parse((await runVarve(dir, 'show', path, '--json')).stdout);
  expect(json).toMatchObject({
    path,
    version: 1,
    head: 3,
    pending: ['0001_step', '0002_step'],
    rows: { calls: 2 },
  });
  expect(json).not.toHaveProperty('isUpgradable');
});

it('finds out with --check that a migration fails on the rows, without touching the file', async () => {
  const { dir, addArchive, addFile } = makeWorkplace();
  addFile('drizzle/0001_step.sql', 'CREATE UNIQUE INDEX one_call_a_tool ON calls (tool);');
  const good = addArchive('good.db', 1, 'search', 'read');
  const bad = addArchive('bad.db', 1, 'search', 'search');
  const before = readFileSync(bad);
  expect((await runVarve(dir, 'show', good, '--check', '--json')).stdout).toContain('"isUpgradable": true');
  const { exitCode, stdout, stderr } = await runVarve(dir, 'show', bad, '--check');
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(/^error\[MIGRATION_FAILED\]: .*bad\.db: .*0001_step/);
  expect(readFileSync(bad).equals(before)).toBe(true);
});

it('says SCHEMA_MISMATCH of a file whose tables are not those of its version', async () => {
  const { dir, addArchive } = makeWorkplace();
  const path = addArchive('a.db', 2);
  const sqlite = new Database(path);
  sqlite.exec('ALTER TABLE calls ADD COLUMN stray text');
  sqlite.close();
  const { exitCode, stderr } = await runVarve(dir, 'show', path);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^error\[SCHEMA_MISMATCH\]: /);
});

it('saves a session as one HTML file, over none that is not one', async () => {
  const { dir, addArchive } = makeWorkplace();
  const path = addArchive('old.db', 1, 'search', 'read');
  const saved = await runVarve(dir, 'show', path, '--html', 'old.html');
  expect(saved).toMatchObject({ exitCode: 0, stderr: '' });
  expect(readFileSync(join(dir, 'old.html'), 'utf8')).toMatch(/^<!doctype html>/);
  const before = readFileSync(path);
  expect((await runVarve(dir, 'show', path, '--html', path)).stderr).toMatch(/^error\[USAGE\]: /);
  expect(readFileSync(path).equals(before)).toBe(true);
});
