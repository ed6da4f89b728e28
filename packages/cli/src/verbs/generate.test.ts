import { readLineage } from '@varve/migrations';
import { expect, it, vi } from 'vitest';
import { runDrizzleKit } from '../project/run-drizzle-kit.ts';
import { makeNotesProject, makeProject, schemaOf } from '../testing/make-project.ts';

// drizzle-kit is started many times over.
vi.setConfig({ testTimeout: 240_000 });

const body = "body: text('body')";

it('makes the migration, locks it, and writes a module that holds the lineage', async () => {
  const { dir, write, list, read, varve } = await makeNotesProject();
  expect(list('drizzle')).toEqual(['0000_first.sql', 'meta', 'varve.lock']);
  write('schema.ts', schemaOf({ notes: [body, "stars: integer('stars').notNull().default(3)"] }));
  const { exitCode, stdout, stderr } = await varve('generate', 'stars');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const [, hash] = /^0001_stars ([0-9a-f]{64})$/m.exec(read('drizzle/varve.lock')) ?? [];
  expect(stdout.trimEnd().split('\n')).toEqual([
    'made drizzle/0001_stars.sql',
    '  ALTER TABLE `notes` ADD `stars` integer DEFAULT 3 NOT NULL;',
    'archives of version 1 are read in place',
    'locked 2 migration(s) in drizzle/varve.lock',
    `  0001_stars ${hash}`,
  ]);
  expect(read('drizzle/varve.lock').match(/^000\d_\w+ [0-9a-f]{64}$/gm)).toHaveLength(2);
  const { lineage, notes } = await import(`${dir}/lineage.ts`);
  expect(lineage).toMatchObject({ name: 'notes', tables: { notes } });
  expect(lineage.migrations).toEqual(readLineage(`${dir}/drizzle`).migrations);
  expect(list('.')).toEqual([
    'drizzle',
    'lineage.ts',
    'node_modules',
    'package.json',
    'schema.ts',
    'varve.config.ts',
  ]);
});

it('changes nothing where the schema has not changed', async () => {
  const { read, varve } = await makeNotesProject();
  const lock = read('drizzle/varve.lock');
  const { exitCode, stdout } = await varve('generate', '--json');
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    made: [],
    sql: {},
    isLocked: true,
    locked: [],
    versions: [{ version: 0, isInPlace: true }],
    warnings: [],
  });
  expect(read('drizzle/varve.lock')).toBe(lock);
});

it('renames tables and columns without asking, and makes the rest as drizzle-kit does', async () => {
  const { read, write, list, varve } = await makeNotesProject();
  write('schema.ts', schemaOf({ letters: ["text: text('text').unique()", "stars: real('stars')"] }));
  const unclear = await varve('generate', 'letters');
  expect(unclear).toMatchObject({ exitCode: 2, stdout: '' });
  expect(unclear.stderr).toBe(
    'error[RENAME_UNCLEAR]: the schema lost notes and gained letters: is that a rename?\n' +
      'hint: if so, --rename-table notes=letters; if it goes, --drop-table notes\n',
  );
  expect(list('drizzle')).toEqual(['0000_first.sql', 'meta', 'varve.lock']);

  const half = await varve('generate', 'letters', '--rename-table', 'notes=letters');
  expect(half.stderr).toContain('letters lost body and gained text, stars: is that a rename?');
  expect(list('drizzle')).toEqual(['0000_first.sql', 'meta', 'varve.lock']);
  const options = ['--rename-table', 'notes=letters', '--rename', 'letters.body=text'];
  const run = await varve('generate', 'letters', ...options, '--json');
  const [renamed, rest] = JSON.parse(run.stdout).made;
  expect(read(`drizzle/${renamed}.sql`)).toBe(
    'ALTER TABLE "notes" RENAME TO "letters";\n--> statement-breakpoint\nALTER TABLE "letters" RENAME COLUMN "body" TO "text";\n',
  );
  expect(read(`drizzle/${rest}.sql`)).toContain('ADD `stars` real');
  // The new UNIQUE may fail on rows that are there.
  expect(run.stderr).toContain('error[may-fail]: drizzle/0002_letters.sql:2: letters becomes unique in text');
  expect(run.exitCode).toBe(1);
  expect((await varve('generate')).stdout).toMatch(/^the schema has not changed\n/);
});

it('says RENAME_INVALID for a column that is not there, and leaves the folder as it was', async () => {
  const { list, varve } = await makeNotesProject();
  const { exitCode, stderr } = await varve('generate', '--rename', 'notes.bdy=text');
  expect(stderr).toContain('error[RENAME_INVALID]: bdy is no column of notes');
  expect(exitCode).toBe(2);
  expect(list('drizzle')).toEqual(['0000_first.sql', 'meta', 'varve.lock']);
});

it('says RENAME_INVALID for a new name that the schema does not have', async () => {
  const { list, write, varve } = await makeNotesProject();
  write('schema.ts', schemaOf({ notes: [] }));
  const { exitCode, stderr } = await varve('generate', '--rename', 'notes.body=text');
  expect(stderr).toContain('error[RENAME_INVALID]: the schema has no column notes.text');
  expect(exitCode).toBe(2);
  expect(list('drizzle')).toEqual(['0000_first.sql', 'meta', 'varve.lock']);
});

it('splits a column in one migration, where --drop says that it goes on under no other name', async () => {
  const { dir, read, write, varve } = await makeNotesProject();
  const indexed = schemaOf({ notes: [body, "mark: text('mark')"] })
    .replace('import {', 'import { index,')
    .replace(' });\n', " }, (t) => [index('notes_mark').on(t.mark)]);\n");
  write('schema.ts', indexed);
  await varve('generate', 'mark');
  write('schema.ts', schemaOf({ notes: [body, "hue: text('hue')", "size: text('size').default('M')"] }));
  const unknown = await varve('generate', 'split', '--drop', 'notes.mrk');
  expect(unknown.stderr).toContain('error[RENAME_INVALID]: mrk is no column of notes in the migrations');
  const { exitCode, stderr } = await varve('generate', 'split', '--drop', 'notes.mark');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^error\[data-loss\]: drizzle\/0002_split\.sql:6: column dropped: notes\.mark\n/);
  const written = read('drizzle/0002_split.sql');
  expect(written.split(/\s*--> statement-breakpoint\s*/)).toEqual([
    expect.stringContaining('ADD `hue` text;'),
    expect.stringContaining('ADD `size` text'),
    'DROP INDEX "notes_mark";',
    'ALTER TABLE "notes" DROP COLUMN "mark";\n',
  ]);
  const fill = '-- varve-allow data-loss: hue and size have it all\nUPDATE notes SET hue = lower(mark);\n';
  write(
    'drizzle/0002_split.sql',
    written.replace('DROP INDEX', `${fill}--> statement-breakpoint\nDROP INDEX`),
  );
  expect(await varve('generate')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await varve('check')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(readLineage(`${dir}/drizzle`).migrations).toHaveLength(3);
});

it('says USAGE for a rename that names no column', async () => {
  const { varve } = await makeNotesProject();
  expect((await varve('generate', '--rename', 'body=text')).stderr).toContain('error[USAGE]');
});

it('leaves a migration by hand unlocked until its SQL is written', async () => {
  const { read, write, varve } = await makeNotesProject();
  const { stdout } = await varve('generate', 'trim', '--custom');
  expect(stdout).toMatch(
    /^made drizzle\/0001_trim\.sql\n[\s\S]*write your SQL into it, then run varve generate\n$/,
  );
  expect(read('drizzle/varve.lock')).not.toContain('0001_trim');
  write('drizzle/0001_trim.sql', 'UPDATE notes SET body = hex(randomblob(2));\n');
  const refused = await varve('generate');
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('error[non-deterministic]: drizzle/0001_trim.sql:1: randomblob');
  expect(refused.stdout).toContain(
    'archives of version 1 are read in place, but 0001_trim runs at each opening: ',
  );
  write('drizzle/0001_trim.sql', 'UPDATE notes SET body = trim(body);\n');
  expect(await varve('generate')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(read('drizzle/varve.lock')).toContain('0001_trim ');
  expect(read('lineage.ts')).toContain('trim(body)');
});

it('says LOCK_MISMATCH for a locked migration that was edited, and makes nothing on top of it', async () => {
  const { read, write, list, varve } = await makeNotesProject();
  write('drizzle/0000_first.sql', `${read('drizzle/0000_first.sql')}-- harmless\n`);
  write('schema.ts', schemaOf({ notes: [body, "stars: integer('stars')"] }));
  const { exitCode, stderr } = await varve('generate');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^error\[LOCK_MISMATCH\]: .*0000_first\.sql: migration 0000_first was edited/);
  expect(list('drizzle')).toEqual(['0000_first.sql', 'meta', 'varve.lock']);
});

it("goes by the project's own drizzle.config, and joins a schema of several files", async () => {
  const { dir, read, write, varve } = makeProject({
    'package.json': '{ "type": "module" }',
    'drizzle.config.ts': `import { defineConfig } from 'drizzle-kit';
export default defineConfig({ dialect: 'sqlite', schema: './tables', out: './migrations', casing: 'snake_case' });`,
    'varve.config.mjs': `export default { schema: './tables', migrations: './migrations', lineageModule: './lineage.ts' };`,
    'tables/a.ts': schemaOf({ a: ['firstName: text()'] }),
    'tables/b.ts': schemaOf({ b: ['lastName: text()'] }),
  });
  expect(await varve('generate', 'all')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(read('migrations/0000_all.sql')).toContain('`last_name` text');
  expect(Object.keys((await import(`${dir}/lineage.ts`)).lineage.tables).sort()).toEqual(['a', 'b']);
  write('tables/c.ts', 'export const c = 1;\n');
  expect((await varve('check')).stderr).toContain('error[LINEAGE_MODULE_STALE]');
});

it('writes the module of SQL functions into the lineage, and runs them in migrations', async () => {
  const { dir, read, write, varve } = makeProject({
    'package.json': '{ "type": "module" }',
    'varve.config.ts': `export default { name: 'notes', schema: './schema.ts', migrations: './drizzle',
      lineageModule: './src/lineage.ts', functions: './src/sql-functions.ts' };`,
    'schema.ts': schemaOf({ notes: [body] }),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code that is written to a file
    'src/sql-functions.ts': 'export const shout = (text: unknown): string => `${text}!`;\n',
  });
  await varve('generate', 'first');
  await varve('generate', 'shout', '--custom');
  write('drizzle/0001_shout.sql', 'UPDATE notes SET body = shout(body);\n');
  expect(await varve('generate')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(read('src/lineage.ts')).toContain("import * as functions from './sql-functions.ts';");
  const { lineage } = await import(`${dir}/src/lineage.ts`);
  expect(lineage.functions.shout('hey')).toBe('hey!');
  expect(await varve('check')).toMatchObject({ exitCode: 0, stderr: '' });
});

it.each([
  ['is not there', undefined, 'it is not there'],
  ['exports something else', 'export const size = 3;\n', 'it exports size, which is no function'],
])('says CONFIG_INVALID for a module of SQL functions that %s', async (_, text, reason) => {
  const { varve } = makeProject({
    'varve.config.mjs': `export default { schema: './schema.ts', migrations: './drizzle', functions: './f.mjs' };`,
    'schema.ts': schemaOf({ notes: [body] }),
    ...(text && { 'f.mjs': text }),
  });
  const run = await varve('generate');
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toMatch(/^error\[CONFIG_INVALID\]: .*f\.mjs: the module of SQL functions/);
  expect(run.stderr).toContain(reason);
});

it('writes imports that a compiler without .ts imports takes', async () => {
  const { read, write, varve } = await makeNotesProject();
  write('tsconfig.json', '{ "compilerOptions": { "module": "nodenext" } }');
  write('package.json', '{ "type": "module", "scripts": { "build": "tsc" } }');
  await varve('generate');
  expect(read('lineage.ts')).toContain("from './schema.js'");
});

it('names the action of a foreign key that drizzle-kit leaves out, with the statement that has it', async () => {
  const { read, write, varve } = await makeNotesProject();
  const of = "of: integer('of').references(() => notes.id, { onDelete: 'cascade' })";
  write('schema.ts', schemaOf({ notes: [body], replies: [body] }));
  await varve('generate', 'replies');
  write('schema.ts', schemaOf({ notes: [body], replies: [body, of] }));
  const { exitCode, stderr } = await varve('generate', 'of');
  expect(exitCode).toBe(1);
  const [, statement = ''] =
    /error\[lost-action\]: drizzle\/0002_of\.sql:1: .*; write: (.*)\n/.exec(stderr) ?? [];
  expect(statement).toBe('ALTER TABLE `replies` ADD `of` integer REFERENCES notes(id) ON DELETE CASCADE;');
  write('drizzle/0002_of.sql', `${statement}\n`);
  expect(await varve('generate')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(read('drizzle/varve.lock')).toContain('0002_of ');
});

it('says DRIZZLE_KIT_FAILED with its words where the schema cannot be loaded', async () => {
  const { write, varve } = await makeNotesProject();
  write('schema.ts', 'throw new Error("no tables today");');
  const run = await varve('generate');
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toMatch(/^error\[DRIZZLE_KIT_FAILED\]: .*no tables today/);
});

it('says CONFIG_INVALID where no schema is named', async () => {
  const { varve } = makeProject({ 'varve.config.mjs': "export default { migrations: './drizzle' };" });
  const run = await varve('generate');
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toMatch(/^error\[CONFIG_INVALID\]: .*it names no schema/);
});

it('goes on from migrations without a prefix, where drizzle-kit would make all tables again', async () => {
  const schemaWith = (
    columns: string,
  ) => `import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
export const notes = sqliteTable('notes', { id: integer().primaryKey()${columns} });
`;
  const { dir, list, write, read, varve } = makeProject({
    'package.json': '{ "type": "module" }',
    'drizzle.config.ts': `export default { dialect: 'sqlite', schema: './schema.ts', migrations: { prefix: 'none' } };`,
    'varve.config.mjs': "export default { schema: './schema.ts', migrations: './drizzle' };",
    'schema.ts': schemaWith(''),
  });
  runDrizzleKit(dir, ['generate', '--name', 'start'], {});
  expect(list('drizzle')).toEqual(['_start.sql', 'meta']);
  write('schema.ts', schemaWith(', body: text()'));
  expect(await varve('generate', 'body')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(read('drizzle/0001_body.sql').trim()).toBe('ALTER TABLE `notes` ADD `body` text;');
  expect(await varve('check')).toMatchObject({ exitCode: 0, stderr: '' });
});
