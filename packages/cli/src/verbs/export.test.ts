import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readLineage, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { makeProject } from '../testing/make-project.ts';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';

it('writes the tables of a view, and the second time says that nothing is new', async () => {
  const { dir, addArchive } = makeWorkplace();
  addArchive('old.db', 1, 'search');
  addArchive('new.db', 3, 'read, "all"');
  await runVarve(dir, 'unify', 'archives', '--into', 'u.db');
  const again = ['export', 'u.db', '--into', 'out', '--format', 'csv', '--json'];
  expect(JSON.parse((await runVarve(dir, ...again)).stdout)).toMatchObject({
    written: ['calls.csv'],
    rows: 2,
  });
  expect(readFileSync(join(dir, 'out/calls.csv'), 'utf8').split('\n')).toEqual([
    '_archive,_version,id,tool,duration_ms,status',
    '1,3,1,"read, ""all""",,ok',
    '2,1,1,search,,ok',
    '',
  ]);
  expect(JSON.parse((await runVarve(dir, ...again)).stdout)).toMatchObject({ written: [], rows: 0 });
});

it('writes JSON columns as JSON under the configuration that init writes', async () => {
  const { dir, read, varve } = makeProject({
    'package.json': '{ "type": "module", "private": true }\n',
    'varve.config.ts': `export default { name: 'notes', schema: './schema.ts', migrations: './drizzle' };\n`,
    'schema.ts': `import { json } from '@varve/schema';
import { integer, sqliteTable } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';
export const notes = sqliteTable('notes', { id: integer('id').primaryKey(), body: json('body', z.array(z.string())) });
`,
    'drizzle/meta/_journal.json': JSON.stringify({
      version: '7',
      dialect: 'sqlite',
      entries: [{ idx: 0, version: '6', when: 1, tag: '0000_first', breakpoints: true }],
    }),
    'drizzle/0000_first.sql': 'CREATE TABLE notes (id integer PRIMARY KEY NOT NULL, body text);',
  });
  const lineage = readLineage(join(dir, 'drizzle'), { name: 'notes' });
  mkdirSync(join(dir, 'archives'));
  const sqlite = new Database(join(dir, 'archives', 'a.db'));
  replayMigrations(sqlite, lineage);
  sqlite.exec(`INSERT INTO notes (body) VALUES ('["a"]')`);
  sqlite.close();
  await varve('unify', 'archives', '--into', 'u.db');
  const exported = ['export', 'u.db', '--into', 'out', '--format', 'jsonl'];
  expect(await varve(...exported)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(JSON.parse(read('out/notes.jsonl'))).toMatchObject({ body: ['a'] });
  const plain = await varve(...exported, '--migrations', 'drizzle');
  expect(plain.stderr).toBe(
    'the schema could not be loaded, so JSON columns are text: --migrations names no schema\n',
  );
});

it('says of a view that whole sessions come of archives', async () => {
  const { dir, addArchive } = makeWorkplace();
  addArchive('a.db', 1, 'search');
  await runVarve(dir, 'unify', 'archives', '--into', 'u.db');
  const { exitCode, stderr } = await runVarve(dir, 'export', 'u.db', '--into', 'out', '--format', 'atif');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('--format atif writes the sessions of archives, and this is a view');
});

it('knows the standard tables for what they are', async () => {
  const { dir } = makeWorkplace();
  const { stderr } = await runVarve(
    dir,
    'export',
    'archives',
    '--into',
    'parquet',
    '--migrations',
    'standard',
  );
  expect(stderr).toBe('');
});
