import { join } from 'node:path';
import { defineLineage, lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, it } from 'vitest';
import { openSession } from '../session/open-session.ts';
import { makeTempDir } from '../testing/temp-dir.ts';
import { openArchive } from './open-archive.ts';

describe('columns that the schema does not name', () => {
  it.each([
    ['snake_case', 'agent_name'],
    ['camelCase', 'agentName'],
  ] as const)('are read and recorded under the names of the migrations, here %s', (casing, name) => {
    const runs = sqliteTable('runs', {
      id: integer().primaryKey(),
      [casing === 'snake_case' ? 'agentName' : 'agent_name']: text().notNull(),
    });
    const first = `CREATE TABLE runs (id integer PRIMARY KEY, ${name} text NOT NULL)`;
    const migrations = [first, 'ALTER TABLE runs ADD note text'].map((sql, at) => ({
      name: `000${at}_step`,
      sql,
      createdAtMs: at + 1,
    }));
    const lineage = defineLineage({ name: 'cased', tables: { runs }, migrations });
    const key = casing === 'snake_case' ? 'agentName' : 'agent_name';
    const path = join(makeTempDir(), 'runs.db');
    const sqlite = new Database(path);
    replayMigrations(sqlite, lineageAt(lineage, 1));
    sqlite.exec("INSERT INTO runs VALUES (1, 'ann')");
    sqlite.close();
    using archive = openArchive(path, { lineage });
    expect(archive.db.select().from(runs).all()).toEqual([{ id: 1, [key]: 'ann' }]);
    archive.close();
    using session = openSession(path, { lineage });
    session.record(runs, { id: 2, [key]: 'bob' } as never);
    expect(drizzle(session.sqlite, { casing }).select().from(runs).all()).toEqual([
      { id: 1, [key]: 'ann' },
      { id: 2, [key]: 'bob' },
    ]);
  });
});
