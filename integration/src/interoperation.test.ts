import { join } from 'node:path';
import { lineage as team } from '@acme/agent-state';
import { createSession, openArchive, openSession, upgradeArchive } from '@varve/core';
import {
  defineLineage,
  type Lineage,
  lineageAt,
  readLineage,
  replayMigrations,
  squashLineage,
} from '@varve/migrations';
import { readOriginalVersion } from '@varve/migrations/internal';
import { makeTestFolder } from '@varve/testing';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { drizzle as drizzle1 } from 'drizzle-orm-1/better-sqlite3';
import { migrate as migrate1 } from 'drizzle-orm-1/better-sqlite3/migrator';
import { sqliteTable as sqliteTable1, text as text1 } from 'drizzle-orm-1/sqlite-core';
import { describe, expect, it } from 'vitest';
import { writeMigrationFolders, writeMigrationJournal } from './testing/write-migrations.ts';

const { sessions, tickets } = team.tables;
const head = team.migrations.length;

/** The team's lineage with the names and stamps that drizzle-kit 1.0 gives its folders. */
const folderTeam = defineLineage({
  ...team,
  migrations: team.migrations.map((migration, at) => ({
    ...migration,
    name: `2026010${at + 1}120000_${migration.name.slice(5)}`,
    createdAtMs: Date.UTC(2026, 0, at + 1, 12),
  })),
});

interface Drizzle {
  readonly name: string;
  readonly lineage: typeof team;
  writeMigrations(dir: string, lineage: Lineage): void;
  migrate(sqlite: Database.Database, dir: string): void;
  /** The questions of all tickets, asked with this Drizzle. */
  readQuestions(sqlite: Database.Database): unknown[];
}

const tickets1 = sqliteTable1('tickets', { question: text1('question').notNull() });

const drizzles: readonly Drizzle[] = [
  {
    name: 'drizzle-orm 0.45',
    lineage: team,
    writeMigrations: writeMigrationJournal,
    migrate: (sqlite, dir) => migrate(drizzle(sqlite), { migrationsFolder: dir }),
    readQuestions: (sqlite) => drizzle(sqlite).select({ question: tickets.question }).from(tickets).all(),
  },
  {
    name: 'drizzle-orm 1.0',
    lineage: folderTeam,
    writeMigrations: writeMigrationFolders,
    migrate: (sqlite, dir) => migrate1(drizzle1({ client: sqlite }), { migrationsFolder: dir }),
    readQuestions: (sqlite) => drizzle1({ client: sqlite }).select().from(tickets1).all(),
  },
];

function withFile<T>(path: string, work: (sqlite: Database.Database) => T): T {
  const sqlite = new Database(path);
  try {
    return work(sqlite);
  } finally {
    sqlite.close();
  }
}

const ledgerOf = (sqlite: Database.Database) =>
  sqlite.prepare('SELECT hash, created_at FROM __drizzle_migrations').all();

describe.each(drizzles)('$name', ({ lineage, writeMigrations, migrate, readQuestions }) => {
  function makeProject(version = head) {
    const dir = makeTestFolder();
    const migrationsDir = join(dir, 'drizzle');
    writeMigrations(migrationsDir, lineageAt(lineage, version));
    return { dir, migrationsDir };
  }

  /** A file of a version that plain Drizzle made and filled. */
  function writeByDrizzle(version: number): string {
    const { dir, migrationsDir } = makeProject(version);
    const path = join(dir, 'plain.db');
    withFile(path, (sqlite) => {
      migrate(sqlite, migrationsDir);
      sqlite.exec(`INSERT INTO sessions (id, agent_name, started_at_ms) VALUES ('plain', 'plain', 1);
        INSERT INTO tickets (seq, session_id, question, topic, order_numbers)
        VALUES (1, 'plain', 'Where is it?', 'order', '["A-17"]')`);
      if (version < 3) sqlite.exec('UPDATE tickets SET urgent = 1');
    });
    return path;
  }

  it('has its migrations read as the lineage they are', () => {
    expect(readLineage(makeProject().migrationsDir).migrations).toEqual(lineage.migrations);
  });

  it('opens a file that varve wrote and finds nothing to do', () => {
    const { dir, migrationsDir } = makeProject();
    const session = createSession(dir, { lineage, session: { agentName: 'varve' } });
    session.record(tickets, { question: 'Where?', topic: 'order', orderNumbers: ['A-17'] });
    session.close();
    withFile(session.path, (sqlite) => {
      const before = ledgerOf(sqlite);
      migrate(sqlite, migrationsDir);
      expect(ledgerOf(sqlite)).toEqual(before);
      expect(before).toHaveLength(head);
      expect(readQuestions(sqlite)).toEqual([{ question: 'Where?' }]);
    });
    using again = openSession(session.path, { lineage });
    expect(again.db.select().from(tickets).all()).toHaveLength(1);
  });

  it.each([1, 2, 3])('wrote a file at version %i: varve reads it at head, as it lies', (version) => {
    using archive = openArchive(writeByDrizzle(version), { lineage });
    expect(archive.version).toBe(version);
    expect(archive.plan.strategy).toBe(version === head ? 'identity' : 'lens');
    expect(archive.db.select().from(tickets).all()).toEqual([
      {
        seq: 1,
        sessionId: 'plain',
        question: 'Where is it?',
        topic: 'order',
        priority: version === 1 ? 1 : 3,
        orderNumbers: ['A-17'],
      },
    ]);
    expect(archive.db.select().from(sessions).all()).toMatchObject([{ id: 'plain', status: 'running' }]);
  });

  it('wrote a session that varve goes on with, seals, and Drizzle reads again', () => {
    const path = writeByDrizzle(1);
    const { dir, migrationsDir } = makeProject();
    const session = openSession(path, { lineage });
    session.record(tickets, { question: 'And now?', topic: 'other', orderNumbers: [] });
    const archive = session.seal(join(dir, 'archives'));
    const copy = join(dir, 'copy.db');
    withFile(archive, (sqlite) => sqlite.exec(`VACUUM INTO '${copy}'`));
    withFile(copy, (sqlite) => {
      migrate(sqlite, migrationsDir);
      expect(ledgerOf(sqlite)).toHaveLength(head);
      expect(readQuestions(sqlite)).toEqual([{ question: 'Where is it?' }, { question: 'And now?' }]);
    });
  });

  it('finds nothing to do in a file that varve upgraded, and keeps what its ledger says of that', async () => {
    const { dir, migrationsDir } = makeProject();
    const written = join(dir, 'written.db');
    withFile(written, (sqlite) => replayMigrations(sqlite, lineageAt(lineage, 2)));
    for (const path of [writeByDrizzle(2), written]) {
      await upgradeArchive(path, { lineage, backupDir: join(dir, 'backup') });
      withFile(path, (sqlite) => {
        migrate(sqlite, migrationsDir);
        expect(ledgerOf(sqlite)).toHaveLength(head);
        // Drizzle 1.0 numbers the rows of a ledger that it made: there is no room for a mark.
        const isMarked = path === written || lineage === team;
        expect(readOriginalVersion(sqlite, lineage)).toBe(isMarked ? 2 : undefined);
      });
    }
  });

  it('finds nothing to do where migrations were folded, in new files and in its own', () => {
    const squashed = squashLineage(lineage, 2);
    const dir = makeTestFolder();
    writeMigrations(join(dir, 'drizzle'), squashed);
    const session = createSession(dir, { lineage: squashed, session: { agentName: 'varve' } });
    session.close();
    for (const path of [session.path, writeByDrizzle(head)]) {
      withFile(path, (sqlite) => {
        const before = ledgerOf(sqlite);
        migrate(sqlite, join(dir, 'drizzle'));
        expect(ledgerOf(sqlite)).toEqual(before);
      });
      using again = openSession(path, { lineage: squashed });
      expect(again.db.select().from(sessions).all()).toHaveLength(1);
    }
  });

  it('makes files from a baseline that varve takes for what they are', () => {
    const squashed = squashLineage(lineage, 2);
    const dir = makeTestFolder();
    writeMigrations(join(dir, 'drizzle'), squashed);
    withFile(join(dir, 'plain.db'), (sqlite) => migrate(sqlite, join(dir, 'drizzle')));
    using archive = openArchive(join(dir, 'plain.db'), { lineage: squashed });
    expect(archive.version).toBe(squashed.migrations.length);
  });
});
