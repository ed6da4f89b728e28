import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readLineage, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it, vi } from 'vitest';
import { makeNotesProject, schemaOf } from '../testing/make-project.ts';

// drizzle-kit is started many times over.
vi.setConfig({ testTimeout: 240_000 });

const body = "body: text('body')";
const stars = "stars: integer('stars')";
const tags = "tags: text('tags')";

it('finds nothing wrong with what generate wrote, and writes nothing', async () => {
  const { list, varve } = await makeNotesProject();
  const before = list('.');
  const { exitCode, stdout, stderr } = await varve('check');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toBe('1 migration(s) checked, 0 problem(s)\n');
  expect(list('.')).toEqual(before);
});

it('names all that is wrong at once, and exits with 1', async () => {
  const { read, write, varve } = await makeNotesProject();
  write(
    'drizzle/0000_first.sql',
    `${read('drizzle/0000_first.sql')}\nDROP TABLE nothing_yet;`.replace('nothing_yet', 'notes'),
  );
  write('schema.ts', schemaOf({ notes: [body, stars] }));
  const { exitCode, stdout, stderr } = await varve('check', '--json');
  expect(exitCode).toBe(1);
  const codes = JSON.parse(stdout).problems.map((problem: { code: string }) => problem.code);
  expect(codes).toEqual(['LOCK_MISMATCH', 'LINEAGE_MODULE_STALE', 'SCHEMA_CHANGED']);
  expect(stderr.match(/^error\[/gm)).toHaveLength(3);
});

it('lets virtual tables and their triggers be', async () => {
  const { write, varve } = await makeNotesProject();
  await varve('generate', 'search', '--custom');
  const into = 'INSERT INTO words (rowid, body) VALUES (new.rowid, new.body)';
  write(
    'drizzle/0001_search.sql',
    `CREATE VIRTUAL TABLE words USING fts5(body, content='notes');--> statement-breakpoint
CREATE TRIGGER notes_ai AFTER INSERT ON notes BEGIN ${into}; END;--> statement-breakpoint
CREATE VIRTUAL TABLE area USING rtree(id, x0, x1);\n`,
  );
  expect(await varve('generate')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await varve('check')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(
      /because of 0001_search: it makes a full-text index [\s\S]*2 migration\(s\) checked, 0 problem/,
    ),
    stderr: '',
  });
  write('schema.ts', schemaOf({ notes: [body, stars] }));
  expect(await varve('generate', 'stars')).toMatchObject({ exitCode: 0 });
  expect(await varve('check')).toMatchObject({ exitCode: 0, stderr: '' });
});

it('wants every migration locked', async () => {
  const { write, varve } = await makeNotesProject();
  write('drizzle/varve.lock', '# nothing is locked\n');
  const { exitCode, stderr } = await varve('check');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /^error\[LOCK_MISMATCH\]: .*migration 0000_first is not locked yet\nhint: run varve generate/,
  );
});

it('says SCHEMA_CHANGED where drizzle-kit would ask about a rename', async () => {
  const { write, varve } = await makeNotesProject();
  write('schema.ts', schemaOf({ notes: ["text: text('text')"] }));
  expect((await varve('check')).stderr).toMatch(/^error\[SCHEMA_CHANGED\][\s\S]*hint: .*--rename/);
});

it('lints what was never adopted', async () => {
  const { write, varve } = await makeNotesProject();
  write('schema.ts', schemaOf({ notes: [] }));
  const drop = await varve('generate', 'drop');
  expect(drop.exitCode).toBe(1);
  expect(drop.stderr).toContain('error[data-loss]: drizzle/0001_drop.sql:1: column dropped: notes.body');
  write(
    'drizzle/0001_drop.sql',
    '-- varve-allow data-loss: nobody wrote one\nALTER TABLE `notes` DROP COLUMN `body`;',
  );
  expect(await varve('generate')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await varve('check')).toMatchObject({ exitCode: 0, stderr: '' });
});

it('tells of locked migrations once, and again with --all', async () => {
  const { write, varve } = await makeNotesProject();
  write('schema.ts', schemaOf({ notes: ["text: text('text')"] }));
  const renamed = await varve('generate', 'text', '--rename', 'notes.body=text');
  expect(renamed.stdout).toContain('warning[rename]: drizzle/0001_text.sql:1: notes.body becomes text');
  const once = await varve('check');
  expect(once.stdout).not.toContain('warning[');
  expect(once.stdout).toContain('1 warning(s) about locked migrations were told before: --all tells them');
  expect((await varve('check', '--all')).stdout).toContain('warning[rename]: drizzle/0001_text.sql:1: ');
  write('drizzle/varve.lock', '# nothing is locked\n');
  expect((await varve('check')).stdout).toContain('warning[rename]: drizzle/0001_text.sql:1: ');
});

/** An archive with one note, as the code of a branch writes it. */
function writeArchive(dir: string, name: string): void {
  mkdirSync(join(dir, 'archives'), { recursive: true });
  const sqlite = new Database(join(dir, 'archives', name));
  replayMigrations(sqlite, readLineage(join(dir, 'drizzle')));
  sqlite.prepare('INSERT INTO notes (body) VALUES (?)').run(name);
  sqlite.close();
}

it('says what to do when two branches both added a migration; then archives are readable, or named', async () => {
  const { dir, git, read, write, varve } = await makeNotesProject();
  write('.gitignore', 'node_modules\narchives\n');
  git('init', '-q', '-b', 'main');
  const commit = (message: string) => {
    git('add', '-A');
    git('commit', '-q', '-m', message);
  };
  commit('first');
  writeArchive(dir, 'first.db');
  git('checkout', '-q', '-b', 'mine');
  write('schema.ts', schemaOf({ notes: [body], mine: [stars] }));
  await varve('generate', 'mine');
  commit('mine');
  writeArchive(dir, 'mine.db');
  git('checkout', '-q', 'main');
  write('schema.ts', schemaOf({ notes: [body, tags] }));
  await varve('generate', 'theirs');
  commit('theirs');
  writeArchive(dir, 'theirs.db');
  git('checkout', '-q', 'mine');
  expect(() => git('merge', 'main')).toThrow();
  expect(read('drizzle/varve.lock')).toMatch(/^<{7} HEAD\n0001_mine \w+\n={7}\n0001_theirs \w+\n>{7} main$/m);

  const { exitCode, stderr } = await varve('check');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('error[MIGRATIONS_CONFLICT]');
  expect(stderr).toContain('0001_mine against 0001_theirs');
  expect(stderr).toContain('hint: rm -r drizzle && git checkout BRANCH -- drizzle');
  expect((await varve('generate', 'mine')).stderr).toContain('error[MIGRATIONS_CONFLICT]');

  write('schema.ts', schemaOf({ notes: [body, tags], mine: [stars] }));
  git('rm', '-r', '-q', '-f', 'drizzle');
  git('checkout', 'main', '--', 'drizzle');
  expect(await varve('generate', 'mine')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await varve('check')).toMatchObject({ exitCode: 0, stderr: '' });
  const locked = read('drizzle/varve.lock').match(/^\d+_\w+(?= )/gm);
  expect(locked).toEqual(['0000_first', '0001_theirs', '0002_mine']);
  commit('merged');

  const all = await varve('query', 'archives', 'SELECT body, tags FROM notes ORDER BY 1', '--json');
  expect(all.exitCode).toBe(1);
  expect(all.stderr).toMatch(
    /^error\[VERSION_DIVERGED\]: .*mine\.db: the file and lineage notes part at migration 0001_theirs\nhint: .*\n$/,
  );
  expect(JSON.parse(all.stdout)).toMatchObject([{ body: 'first.db' }, { body: 'theirs.db' }]);
  const status = await varve('status', 'archives');
  expect(status.stdout).toContain('2 behind, 1 diverged');
});

it('finds a merge that kept both migrations by their snapshots', async () => {
  const { read, write, varve } = await makeNotesProject();
  write('schema.ts', schemaOf({ notes: [body, tags] }));
  await varve('generate', 'theirs');
  write(
    'drizzle/meta/0002_snapshot.json',
    read('drizzle/meta/0001_snapshot.json').replace(/"id": "./, '"id": "f'),
  );
  const { exitCode, stderr } = await varve('check');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('error[MIGRATIONS_CONFLICT]');
});
