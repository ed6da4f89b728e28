import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { walkLogs } from './walk-logs.ts';

it('finds what lies in a folder, but what SQLite keeps beside a database', () => {
  const dir = makeTestFolder();
  mkdirSync(join(dir, 'deep'));
  const names = ['a.db', 'a.db-shm', 'a.db-wal', 'b-wal', 'deep/a.db-wal', 'deep/c.db', 'deep/c.db-journal'];
  for (const name of names) writeFileSync(join(dir, name), '');
  const found = walkLogs([dir]).files.map(({ path }) => path.slice(dir.length + 1));
  expect(found).toEqual(['a.db', 'b-wal', 'deep/a.db-wal', 'deep/c.db']);
  const named = walkLogs([join(dir, 'a.db-wal')]).files.map(({ path }) => basename(path));
  expect(named).toEqual(['a.db-wal']);
});
