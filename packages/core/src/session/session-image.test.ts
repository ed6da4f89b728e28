import { readFileSync } from 'node:fs';
import { defineLineage } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { createSession } from '../index.ts';
import { errorOf } from '../testing/error-of.ts';
import { history } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

function create(agentName: string, lineage = history): string {
  const session = createSession(makeTempDir(), { lineage, session: { agentName } });
  session.close();
  return session.path;
}

it('makes files that are sound, with one row each, and nothing of one in another, also of a row of many pages', () => {
  const names = ['zebra', 'giraffe'.repeat(30_000), 'walrus'];
  for (const agentName of names) {
    const path = create(agentName);
    const bytes = readFileSync(path);
    expect(names.filter((name) => bytes.includes(name.slice(0, 7)))).toEqual([agentName]);
    const sqlite = new Database(path);
    expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(sqlite.pragma('freelist_count', { simple: true })).toBe(0);
    expect(sqlite.prepare('SELECT agent_name FROM sessions').pluck().all()).toEqual([agentName]);
    sqlite.close();
  }
});

it.each(['', 'DEFERRABLE INITIALLY DEFERRED'])('refuses a row whose reference leads nowhere: %s', (when) => {
  const sql = `CREATE TABLE agents (name text PRIMARY KEY);
--> statement-breakpoint
INSERT INTO agents VALUES ('known');
--> statement-breakpoint
ALTER TABLE sessions ADD COLUMN known_name text REFERENCES agents(name) ${when};
--> statement-breakpoint
CREATE TRIGGER name_it AFTER INSERT ON sessions BEGIN UPDATE sessions SET known_name = agent_name; END;`;
  const migration = { name: '0005_agents', sql, createdAtMs: 1_700_000_002_000 };
  const lineage = defineLineage({ ...history, migrations: [...history.migrations, migration] });
  create('known', lineage);
  expect(errorOf(() => create('nobody', lineage))).toMatchObject({
    code: 'ROW_INVALID',
    details: { table: 'sessions', constraint: 'SQLITE_CONSTRAINT_FOREIGNKEY' },
  });
  create('known', lineage);
});

it('says what a trigger refuses that takes the row back itself, and goes on with the next', () => {
  const sql = `CREATE TRIGGER known_only BEFORE INSERT ON sessions WHEN new.agent_name = 'nobody'
    BEGIN SELECT RAISE(ROLLBACK, 'no such agent'); END;`;
  const migration = { name: '0005_known_only', sql, createdAtMs: 1_700_000_002_000 };
  const lineage = defineLineage({ ...history, migrations: [...history.migrations, migration] });
  expect(errorOf(() => create('nobody', lineage))).toMatchObject({
    code: 'ROW_INVALID',
    message: expect.stringContaining('no such agent'),
  });
  create('known', lineage);
});
