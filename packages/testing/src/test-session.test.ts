import { existsSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { createTestSession, makeTestFolder } from './index.ts';
import { notesLineage } from './testing/notes.ts';

const left: string[] = [];

afterAll(() => {
  expect(left).toHaveLength(2);
  expect(left.filter((path) => existsSync(path))).toEqual([]);
});

it('gives a session that records like any other, and is gone after the test', () => {
  const lineage = notesLineage();
  const session = createTestSession({ lineage, session: { agentName: 'x' } });
  session.record(lineage.tables.notes, { kind: 'todo' });
  expect(session.db.select().from(lineage.tables.notes).all()).toHaveLength(1);
  expect(existsSync(session.path)).toBe(true);
  left.push(session.path);
});

it('gives a folder that is gone after the test, with what a sealed session left in it', () => {
  const archives = makeTestFolder();
  const session = createTestSession({ lineage: notesLineage(), session: { agentName: 'x' } });
  left.push(session.seal(archives));
  expect(existsSync(left.at(-1) as string)).toBe(true);
});
