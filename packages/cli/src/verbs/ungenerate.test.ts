import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readLineage, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it, vi } from 'vitest';
import { makeNotesProject, schemaOf } from '../testing/make-project.ts';

// drizzle-kit is started many times over.
vi.setConfig({ testTimeout: 240_000 });

const [body, stars] = ["body: text('body')", "stars: integer('stars')"];

/** A project with a second migration, and an archive of what its migrations are by then. */
async function makeStarsProject(places = '') {
  const project = await makeNotesProject();
  const config = project.read('varve.config.ts');
  project.write('varve.config.ts', config.replace('migrations:', `${places} migrations:`));
  const before = project.read('drizzle/varve.lock');
  const module = project.read('lineage.ts');
  project.write('schema.ts', schemaOf({ notes: [body, stars] }));
  await project.varve('generate', 'stars');
  const addArchive = (name: string) => {
    mkdirSync(join(project.dir, 'archives'), { recursive: true });
    const sqlite = new Database(join(project.dir, 'archives', name));
    replayMigrations(sqlite, readLineage(join(project.dir, 'drizzle')));
    sqlite.close();
  };
  return { ...project, before, module, addArchive };
}

it('takes the last migration back, as if it had not been generated, and shows its SQL', async () => {
  const { read, list, varve, before, module } = await makeStarsProject();
  const { exitCode, stdout, stderr } = await varve('ungenerate');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toContain(
    'took back 0001_stars; no branch has it, and none of 0 file(s)\n  ALTER TABLE `notes`',
  );
  expect(list('drizzle')).toEqual(['0000_first.sql', 'meta', 'varve.lock']);
  expect(list('drizzle/meta')).toEqual(['0000_snapshot.json', '_journal.json']);
  expect(read('drizzle/varve.lock')).toBe(before);
  expect(read('lineage.ts')).toBe(module);
  expect((await varve('generate', 'again')).stdout).toContain('made drizzle/0001_again.sql');
});

it('leaves a migration that a known file has had, and names the file', async () => {
  const { read, list, varve, addArchive } = await makeStarsProject();
  addArchive('late.db');
  const files = list('drizzle');
  const named = await varve('ungenerate', 'archives');
  expect(named).toMatchObject({ exitCode: 1, stdout: 'nothing was taken back\n' });
  expect(named.stderr).toMatch(
    /^error\[UNGENERATE_REFUSED\]: .*late\.db: the file has had 0001_stars\nhint: /,
  );
  expect(list('drizzle')).toEqual(files);
  expect(read('drizzle/varve.lock')).toContain('0001_stars ');
});

it('looks at the live sessions and backups of the configuration, as far as they are there', async () => {
  const { varve, addArchive } = await makeStarsProject("archives: './none', live: ['./archives'],");
  addArchive('live.db');
  expect((await varve('ungenerate')).stderr).toContain('live.db: the file has had 0001_stars');
});

it('leaves a migration that is merged, or on another branch', async () => {
  const { git, varve } = await makeStarsProject();
  git('init', '-q', '-b', 'main');
  git('checkout', '-q', '-b', 'mine');
  git('add', '-A');
  git('commit', '-q', '-m', 'mine');
  git('branch', 'theirs');
  const { exitCode, stderr } = await varve('ungenerate');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^error\[UNGENERATE_REFUSED\]: .*: it is in theirs\nhint: change the schema back/);
  git('branch', '-D', 'theirs');
  git('branch', '-m', 'mine', 'main');
  expect((await varve('ungenerate')).stderr).toContain(': it is in main\n');
  git('branch', '-m', 'main', 'mine');
  expect(await varve('ungenerate')).toMatchObject({ exitCode: 0, stderr: '' });
});
