import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';

it('prints SELECTs that run over a file of that version as they are', async () => {
  const { dir, addArchive } = makeWorkplace();
  const sqlite = new Database(addArchive('old.db', 1, 'search'), { readonly: true });
  const { exitCode, stdout } = await runVarve(dir, 'lens', '--from', '1');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^-- version 1 read at version 3\n\n-- calls: view/);
  const rows = sqlite.prepare(stdout).all();
  sqlite.close();
  expect(rows).toEqual([{ id: 1, tool: 'search', duration_ms: null, status: 'ok' }]);
});

it('prints the migration, the statement and the reason where files must be replayed', async () => {
  const { dir, addFile } = makeWorkplace();
  addFile('drizzle/0001_step.sql', 'UPDATE calls SET took = changes();');
  const { exitCode, stdout } = await runVarve(dir, 'lens', '--from', '1');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^-- files of version 1 are replayed on a copy: .*changes/);
  expect(stdout).toContain('-- migration 0001_step\nUPDATE calls SET took = changes()\n');
  const { refusal, tables } = JSON.parse((await runVarve(dir, 'lens', '--from', '1', '--json')).stdout);
  expect(refusal.migration).toBe('0001_step');
  expect(tables).toEqual([]);
});

it('prints what SQLite runs on TEMP tables, and why', async () => {
  const { dir, addFile } = makeWorkplace();
  addFile('drizzle/0001_step.sql', 'UPDATE calls SET took = rowid;');
  const { stdout } = await runVarve(dir, 'lens', '--from', '1');
  expect(stdout).toContain('-- SQLite runs a statement of 0001_step: it reads the rowid');
  expect(stdout).toContain('\nUPDATE calls SET took = rowid;\n');
  expect(stdout).toMatch(/-- calls: materialized, SQLite must run a statement of 0001_step/);
});

it.each(['4', 'head'])('says USAGE for --from %s', async (from) => {
  const { dir } = makeWorkplace();
  const { exitCode, stdout, stderr } = await runVarve(dir, 'lens', `--from=${from}`);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(/^error\[USAGE\]: --from .*\nhint: give a number from 0 to 3\n$/);
});
