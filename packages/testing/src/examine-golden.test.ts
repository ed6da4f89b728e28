import { readFileSync } from 'node:fs';
import type { SqlFunction } from '@varve/migrations';
import { expect, it } from 'vitest';
import { describeProblem, examineGolden, makeTestFolder } from './index.ts';
import { freezeNotes, notesLineage } from './testing/notes.ts';

/** What the golden archive of version 1 has to say to these migrations. */
async function examine(
  next: readonly string[],
  functions: Record<string, SqlFunction> = {},
): Promise<string[]> {
  const golden = await freezeNotes(makeTestFolder());
  const before = readFileSync(golden);
  const problems = await examineGolden(golden, { lineage: notesLineage(next, functions) });
  expect(readFileSync(golden).equals(before)).toBe(true);
  return problems.map(describeProblem);
}

it('has nothing against migrations that keep every row readable', async () => {
  expect(await examine([])).toEqual([]);
  expect(await examine(["UPDATE notes SET kind = 'done' WHERE kind = 'todo'"])).toEqual([]);
});

it('lets be what a clock or chance writes, other each time, and nothing besides', async () => {
  const random =
    'ALTER TABLE notes ADD uid text; UPDATE notes SET uid = hex(randomblob(16)), kind = lower(kind)';
  expect(await examine([random])).toEqual([]);
  expect(await examine([random, "UPDATE notes SET kind = 'open' WHERE kind = 'todo'"])).toHaveLength(1);
  const seeds =
    'CREATE TABLE seeds (id text PRIMARY KEY); INSERT INTO seeds SELECT hex(randomblob(8)) FROM notes';
  expect(await examine([seeds])).toEqual([]);
});

it('names the row and the column that a new NOT NULL refuses', async () => {
  const rebuild = `CREATE TABLE __new_notes (seq integer PRIMARY KEY NOT NULL, session_id text NOT NULL,
      kind text NOT NULL, tags text);
    INSERT INTO __new_notes SELECT seq, session_id, kind, tags FROM notes;
    DROP TABLE notes; ALTER TABLE __new_notes RENAME TO notes;`;
  const [failure, ...rows] = await examine([rebuild]);
  expect(failure).toMatch(/^MIGRATION_FAILED: .*0001_notes/);
  expect(rows).toEqual(['table notes, row seq 2, column kind: NOT NULL constraint failed: notes.kind']);
});

it('names the rows that a new unique index refuses', async () => {
  const [failure, ...rows] = await examine(['CREATE UNIQUE INDEX one_note ON notes (session_id)']);
  expect(failure).toMatch(/^MIGRATION_FAILED: /);
  expect(rows).toEqual([
    'table notes, row seq 2, column session_id: UNIQUE constraint failed: notes.session_id',
  ]);
});

it("names the row and the column whose value today's types refuse", async () => {
  expect(await examine(["UPDATE notes SET kind = 'open' WHERE kind = 'todo'"])).toEqual([
    expect.stringMatching(/^table notes, row seq 1, column kind: today's type refuses it: .*todo/),
  ]);
  expect(await examine([`UPDATE notes SET tags = '{"a":1}' WHERE seq = 1`])).toEqual([
    expect.stringMatching(/^table notes, row seq 1, column tags: today's type refuses it: .*array/),
  ]);
  expect(await examine(["UPDATE notes SET tags = 'a, b' WHERE seq = 1"])).toEqual([
    expect.stringMatching(/^table notes, row seq 1, column tags: today's type refuses it: .*JSON/),
  ]);
});

it('names the cell on which the lens, the replay and the unified view differ', async () => {
  let calls = 0;
  const functions = { drift: (value: unknown) => `${value} ${calls++}` };
  const problems = await examine(['UPDATE notes SET kind = drift(kind) WHERE seq = 1'], functions);
  expect(problems[0]).toMatch(
    /^table notes, row seq 1, column kind: lens text "todo \d" · replay text "todo/,
  );
});

it('says why an archive cannot be read at all', async () => {
  const golden = await freezeNotes(makeTestFolder());
  const lineage = notesLineage();
  const edited = {
    ...lineage,
    migrations: lineage.migrations.map((it) => ({ ...it, sql: `${it.sql} -- !` })),
  };
  const problems = await examineGolden(golden, { lineage: edited });
  expect(problems.map(describeProblem)).toEqual([expect.stringMatching(/^MIGRATION_EDITED: .*0000_notes/)]);
});
