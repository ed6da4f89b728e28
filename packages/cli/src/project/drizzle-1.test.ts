import { readLineage, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it, vi } from 'vitest';
import { makeProject, schemaOf } from '../testing/make-project.ts';

// drizzle-kit is started several times.
vi.setConfig({ testTimeout: 120_000 });

const origin = '00000000-0000-0000-0000-000000000000';
const first = '20260101120000_first';

/** As drizzle-kit 1.0 leaves a project: a folder a migration, and a snapshot in it. */
function makeFolderProject() {
  const column = { table: 'notes', notNull: false, autoincrement: false, default: null, generated: null };
  const ddl = [
    { name: 'notes', entityType: 'tables' },
    { ...column, name: 'id', type: 'integer', entityType: 'columns' },
    { ...column, name: 'body', type: 'text', entityType: 'columns' },
    { table: 'notes', name: 'notes_pk', columns: ['id'], nameExplicit: false, entityType: 'pks' },
  ];
  return makeProject(
    {
      'package.json': '{ "name": "@acme/notes", "type": "module" }',
      'drizzle.config.ts': `export default { dialect: 'sqlite', schema: './schema.ts', out: './drizzle' };`,
      'schema.ts': schemaOf({ notes: ["body: text('body')"] }),
      [`drizzle/${first}/migration.sql`]:
        'CREATE TABLE `notes` (\n\t`id` integer PRIMARY KEY,\n\t`body` text\n);\n',
      [`drizzle/${first}/snapshot.json`]: JSON.stringify({
        version: '7',
        dialect: 'sqlite',
        id: '08656c55-2319-471b-a0c5-0aabccd239dd',
        prevIds: [origin],
        ddl,
        renames: [],
      }),
    },
    'drizzle-1',
  );
}

it('adopts a project of drizzle-kit 1.0, renames by its hints, squashes and goes on', async () => {
  const { dir, read, write, list, varve } = makeFolderProject();
  expect(await varve('init', '--yes')).toMatchObject({ exitCode: 0, stderr: '' });
  write('schema.ts', schemaOf({ letters: ["text: text('text')", "stars: integer('stars')"] }));
  expect((await varve('generate', 'letters')).stderr).toContain(
    'error[RENAME_UNCLEAR]: the schema lost notes and gained letters: is that a rename?',
  );
  expect(list('drizzle')).toEqual([first]);

  const wrong = await varve('generate', 'letters', '--rename-table', 'nots=letters');
  expect(wrong.stderr).toMatch(/^error\[RENAME_INVALID\]: .*doesn't match any deleted table/);
  const renames = ['--rename', 'letters.body=text', '--rename-table', 'notes=letters'];
  const run = await varve('generate', 'letters', ...renames, '--json');
  expect({ exitCode: run.exitCode, stderr: run.stderr }).toEqual({ exitCode: 0, stderr: '' });
  const { made } = JSON.parse(run.stdout);
  expect(made).toHaveLength(1);
  expect(read(`drizzle/${made[0]}/migration.sql`)).toMatch(
    /RENAME TO `letters`;[\s\S]*RENAME COLUMN `body` TO `text`/,
  );
  expect(read('drizzle/varve.lock')).toMatch(
    /^20260101120000_first [0-9a-f]{64} adopted\n\d{14}_letters [0-9a-f]{64}$/m,
  );

  const sqlite = new Database(`${dir}/head.db`);
  replayMigrations(sqlite, readLineage(`${dir}/drizzle`));
  sqlite.close();
  expect(await varve('squash', 'head.db')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(list('drizzle')).toEqual([made[0], 'varve.lock']);
  expect(JSON.parse(read(`drizzle/${made[0]}/snapshot.json`)).prevIds).toEqual([origin]);
  expect(await varve('check')).toMatchObject({ exitCode: 0, stderr: '' });
  expect((await varve('show', 'head.db')).stdout).toContain(`1 of 1, ${made[0]}`);
});

it('splits a column in one migration of drizzle-kit 1.0, and takes it back', async () => {
  const { read, write, list, varve } = makeFolderProject();
  await varve('init', '--yes');
  write('schema.ts', schemaOf({ notes: ["hue: text('hue')", "size: text('size')"] }));
  expect((await varve('generate', 'split')).stderr).toContain('notes lost body and gained hue, size');
  const run = await varve('generate', 'split', '--drop', 'notes.body', '--json');
  expect(run.stderr).toContain('error[data-loss]');
  const { made } = JSON.parse(run.stdout);
  const sql = read(`drizzle/${made[0]}/migration.sql`);
  for (const part of ['ADD `hue`', 'ADD `size`', 'DROP COLUMN `body`']) expect(sql).toContain(part);
  expect(list('drizzle')).toEqual([first, made[0]]);
  expect(await varve('ungenerate')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(list('drizzle')).toEqual([first]);
});
