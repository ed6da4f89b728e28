import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readLineage, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it, vi } from 'vitest';
import { makeProject } from '../testing/make-project.ts';
import { spawnVarve } from '../testing/run-varve.ts';

// drizzle-kit is started many times over.
vi.setConfig({ testTimeout: 240_000 });

const schemaWith = (kinds: string, more: string) => `import { json } from '@varve/schema';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';
export const notes = sqliteTable('notes', {
  id: integer().primaryKey(),
  noteKind: text({ enum: ${kinds} }),
  data: json('data', z.object({ tags: z.array(z.string())${more} })),
});
`;

/** Each call is a process of its own: a module is loaded once in each. */
function makeTypedProject() {
  const project = makeProject({
    'package.json': '{ "type": "module" }',
    'drizzle.config.ts': `export default { dialect: 'sqlite', schema: './schema.ts', casing: 'snake_case' };`,
    'varve.config.ts': `export default { schema: './schema.ts', migrations: './drizzle', lineageModule: './lineage.ts' };`,
    'schema.ts': schemaWith("['a', 'b']", ''),
  });
  return { ...project, varve: (...args: string[]) => spawnVarve(project.dir, ...args) };
}

it('names an enum and a zod schema that rows of golden archives break, until a migration mends them', () => {
  const { dir, read, write, varve } = makeTypedProject();
  expect(varve('generate', 'first')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(read('drizzle/varve.lock')).toContain('type "notes.note_kind" {"enum":["a","b"]}\n');
  mkdirSync(join(dir, 'golden'));
  const golden = new Database(join(dir, 'golden', '0000_first.db'));
  replayMigrations(golden, readLineage(join(dir, 'drizzle')));
  golden.exec(
    `INSERT INTO notes (note_kind, data) VALUES ('a', '{"tags":[]}'), ('b', NULL), ('b', '{"tags":[]}')`,
  );
  golden.close();

  write('schema.ts', schemaWith("['a', 'c']", ', source: z.string()'));
  const refused = varve('generate');
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain(
    'error[TYPE_NARROWED]: notes.data: source is required; 2 row(s) of 1 golden',
  );
  expect(refused.stderr).toContain(
    'error[TYPE_NARROWED]: notes.note_kind: no longer takes "b"; 2 row(s) of 1 golden archive(s) do not fit: golden/0000_first.db\nhint: mend old rows',
  );
  expect(read('drizzle/varve.lock')).toContain('{"enum":["a","b"]}');
  expect(varve('check').stderr).toMatch(
    /^error\[LOCK_MISMATCH\]: .*varve\.lock: the schema takes other values than the lock says, in notes\.data, notes\.note_kind\n/,
  );

  varve('generate', 'mend', '--custom');
  const mend = `UPDATE notes SET note_kind = 'c' WHERE note_kind = 'b';
UPDATE notes SET data = json_set(data, '$.source', 'mail') WHERE data IS NOT NULL;`;
  write('drizzle/0001_mend.sql', mend);
  const mended = varve('generate');
  expect(mended).toMatchObject({ exitCode: 0, stderr: '' });
  expect(mended.stdout).toContain(
    'warning[TYPE_NARROWED]: notes.note_kind: no longer takes "b"; 0 row(s) of 1 golden archive(s) do not fit\n',
  );
  expect(read('drizzle/varve.lock')).toContain('type "notes.note_kind" {"enum":["a","c"]}\n');
  expect(varve('check')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(varve('generate').stdout).not.toContain('warning[');
});

it('says nothing of a type that takes more, and leaves a lock without types alone', () => {
  const { read, write, varve } = makeTypedProject();
  varve('generate', 'first');
  const locked = read('drizzle/varve.lock');
  write('schema.ts', schemaWith("['b', 'a', 'c']", ', source: z.string().optional()'));
  const wider = varve('generate');
  expect(wider).toMatchObject({ exitCode: 0, stderr: '' });
  expect(wider.stdout).not.toContain('warning[');
  write('drizzle/varve.lock', locked.split('\n\n')[0] ?? '');
  expect(varve('check')).toMatchObject({ exitCode: 0, stderr: '' });
});

it('names a column that is renamed and takes less at once', () => {
  const { dir, read, write, varve } = makeTypedProject();
  varve('generate', 'first');
  mkdirSync(join(dir, 'golden'));
  const golden = new Database(join(dir, 'golden', '0000_first.db'));
  replayMigrations(golden, readLineage(join(dir, 'drizzle')));
  golden.exec(`INSERT INTO notes (note_kind) VALUES ('a'), ('b')`);
  golden.close();
  write('schema.ts', schemaWith("['a', 'c']", '').replace('noteKind', 'sort'));
  const refused = varve('generate', 'sorts', '--rename', 'notes.note_kind=sort');
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain(
    'error[TYPE_NARROWED]: notes.sort: no longer takes "b"; 1 row(s) of 1 golden archive(s) do not fit',
  );
  expect(read('drizzle/varve.lock')).toContain('type "notes.note_kind" {"enum":["a","b"]}');
});
