import { join } from 'node:path';
import { type Migration, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';

/** A folder with an archive of version 1, one of head, and one of code that has gone on. */
function makeMixedFleet() {
  const workplace = makeWorkplace();
  const { lineage, addArchive } = workplace;
  addArchive('a.db', 1, 'first');
  addArchive('b.db', 3, 'second');
  const path = addArchive('c.db', 3, 'third');
  const next: Migration = {
    name: '0003_model',
    createdAtMs: 1_800_000_000_000,
    sql: "ALTER TABLE calls ADD COLUMN model text DEFAULT 'm'",
  };
  const sqlite = new Database(path);
  replayMigrations(sqlite, { ...lineage, migrations: [...lineage.migrations, next] });
  sqlite.close();
  return { ...workplace, path };
}

it('with --newer all verbs that read take what newer code wrote for what is known of it', async () => {
  const { dir, path } = makeMixedFleet();
  const sql = 'SELECT _version, tool FROM calls ORDER BY tool';
  const all = '_version  tool\n       1  first\n       3  second\n       4  third\n';

  const status = await runVarve(dir, 'status', '--newer', 'archives');
  expect(status).toMatchObject({ exitCode: 0, stderr: '' });
  expect(status.stdout).toMatch(/^ +4 +\(known to newer code\) +1 /m);
  expect(status.stdout).toMatch(/1 behind, 1 current, 1 ahead/);
  expect(await runVarve(dir, 'query', '--newer', 'archives', sql)).toMatchObject({
    exitCode: 0,
    stdout: all,
  });
  const view = join(dir, 'view.db');
  expect(await runVarve(dir, 'unify', '--newer', 'archives', '--into', view)).toMatchObject({ exitCode: 0 });
  expect(await runVarve(dir, 'query', view, sql)).toMatchObject({ stdout: all });
  const shown = await runVarve(dir, 'show', '--newer', path);
  expect(shown.stdout).toMatch(/version +4 of 3\n/);
  expect(shown.stdout).toMatch(/1 migration\(s\) newer; all that head knows is still there/);
});

it('without --newer they name such a file and the option', async () => {
  const { dir, path } = makeMixedFleet();
  const view = join(dir, 'view.db');
  for (const args of [
    ['status', 'archives'],
    ['query', 'archives', 'SELECT 1'],
    ['unify', 'archives', '--into', view],
    ['show', path],
  ]) {
    const { exitCode, stderr } = await runVarve(dir, ...args);
    expect({ args, exitCode }).toEqual({ args, exitCode: 1 });
    expect(stderr).toMatch(/error\[VERSION_AHEAD\]: .*c\.db/);
    expect(stderr).toMatch(/hint: .*--newer/);
  }
});
