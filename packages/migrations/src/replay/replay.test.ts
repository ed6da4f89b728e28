import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VarveError } from '@varve/schema';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { describe, expect, it, onTestFinished } from 'vitest';
import { identifyFile } from '../ledger/identify.ts';
import { lineageAt } from '../lineage/lineage.ts';
import { dumpDatabase, lineageOf, openMemory } from '../testing/test-lineage.ts';
import { writeDrizzleFolder } from '../testing/write-drizzle-folder.ts';
import { replayMigrations } from './replay.ts';

function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'varve-replay-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

const parentAndChild = `CREATE TABLE parent (id integer PRIMARY KEY, name text);--> statement-breakpoint
CREATE TABLE child (id integer PRIMARY KEY, parent_id integer NOT NULL REFERENCES parent(id) ON DELETE CASCADE);`;

const rebuildParent = `PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE \`__new_parent\` (id integer PRIMARY KEY, name text NOT NULL);--> statement-breakpoint
INSERT INTO \`__new_parent\`("id", "name") SELECT "id", "name" FROM \`parent\`;--> statement-breakpoint
DROP TABLE \`parent\`;--> statement-breakpoint
ALTER TABLE \`__new_parent\` RENAME TO \`parent\`;--> statement-breakpoint
PRAGMA foreign_keys=ON;`;

const rows = `INSERT INTO parent VALUES (1, 'a'), (2, 'b'); INSERT INTO child VALUES (1, 1), (2, 1), (3, 2)`;

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return error instanceof VarveError ? error.code : String(error);
  }
  return undefined;
}

describe('rebuilding a parent table', () => {
  const lineage = lineageOf([parentAndChild, rebuildParent]);

  it("loses the children with Drizzle's migrator and keeps every row here", () => {
    const folder = writeDrizzleFolder(tempDir(), lineage);
    const [theirs, ours] = [0, 1].map(() => {
      const sqlite = openMemory();
      replayMigrations(sqlite, lineageAt(lineage, 1));
      sqlite.exec(rows);
      return sqlite;
    }) as [Database.Database, Database.Database];
    migrate(drizzle(theirs), { migrationsFolder: folder });
    replayMigrations(ours, lineage);
    const count = (sqlite: Database.Database) => sqlite.prepare('SELECT count(*) FROM child').pluck().get();
    expect([count(theirs), count(ours)]).toEqual([0, 3]);
    expect(ours.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(() => ours.exec('INSERT INTO child VALUES (9, 99)')).toThrow(/FOREIGN KEY/);
  });

  it('takes its indexes and triggers along, and keeps views, and a trigger elsewhere that mentions the table', () => {
    const extras = `CREATE VIEW names AS SELECT name FROM parent;
      CREATE INDEX parent_name ON parent (name);
      CREATE TABLE log (what text);
      CREATE TRIGGER parent_insert AFTER INSERT ON parent BEGIN INSERT INTO log VALUES (new.name); END;
      CREATE TRIGGER child_insert AFTER INSERT ON child BEGIN UPDATE parent SET name = name WHERE id = new.parent_id; END;`;
    const sqlite = openMemory();
    replayMigrations(sqlite, lineageOf([parentAndChild + extras, rebuildParent]));
    sqlite.exec(rows);
    const names = sqlite.prepare(
      "SELECT name FROM sqlite_schema WHERE type <> 'table' AND sql NOT NULL ORDER BY 1",
    );
    expect(names.pluck().all()).toEqual(['child_insert', 'names']);
    expect(sqlite.prepare('SELECT what FROM log').pluck().all()).toEqual([]);
    expect(sqlite.prepare('SELECT name FROM names').pluck().all()).toEqual(['a', 'b']);
  });

  it('keeps what the migration makes anew', () => {
    const extras = `CREATE INDEX one ON parent (name); CREATE INDEX two ON parent (name);`;
    const sqlite = openMemory();
    const again = `DROP INDEX one; ${rebuildParent} CREATE UNIQUE INDEX two ON parent (name);`;
    replayMigrations(sqlite, lineageOf([parentAndChild + extras, again]));
    const indexes = sqlite
      .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql NOT NULL")
      .raw();
    expect(indexes.all()).toEqual([['two', 'CREATE UNIQUE INDEX two ON parent (name)']]);
  });
});

describe('a migration that cannot be applied leaves the file as it was', () => {
  it.each([
    ['MIGRATION_FAILED', 'ALTER TABLE parent ADD extra text NOT NULL;'],
    ['MIGRATION_FAILED', 'UPDATE parent SET name = 1; ALTER TABLE nowhere ADD x;'],
    ['MIGRATION_REFUSED', "UPDATE parent SET name = 1; ATTACH 'other.db' AS o;"],
    ['MIGRATION_REFUSED', "VACUUM INTO 'other.db';"],
    ['MIGRATION_REFUSED', 'PRAGMA writable_schema = ON;'],
    ['MIGRATION_REFUSED', 'ROLLBACK;'],
    ['MIGRATION_BREAKS_REFERENCES', 'UPDATE child SET parent_id = 9;'],
  ])('%s: %s', (code, sql) => {
    const sqlite = openMemory();
    replayMigrations(sqlite, lineageOf([parentAndChild]));
    sqlite.exec(rows);
    const before = dumpDatabase(sqlite);
    const later = lineageOf([parentAndChild, 'CREATE TABLE fine (x);', sql]);
    expect(codeOf(() => replayMigrations(sqlite, later))).toBe(code);
    expect(dumpDatabase(sqlite)).toEqual(before);
    expect(sqlite.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(sqlite.inTransaction).toBe(false);
  });

  it('tolerates references that were broken before', () => {
    const sqlite = openMemory();
    replayMigrations(sqlite, lineageOf([parentAndChild]));
    sqlite.exec(`${rows}; PRAGMA foreign_keys = OFF; INSERT INTO child VALUES (7, 77)`);
    replayMigrations(sqlite, lineageOf([parentAndChild, rebuildParent]));
    expect(sqlite.prepare('SELECT count(*) FROM child').pluck().get()).toBe(4);
  });
});

it('takes the known way around Drizzle, COMMIT and BEGIN inside a migration, for what it is', () => {
  const workAround = `COMMIT; PRAGMA foreign_keys=OFF; BEGIN TRANSACTION; ${rebuildParent} COMMIT; PRAGMA foreign_keys=ON; BEGIN;`;
  const sqlite = openMemory();
  replayMigrations(sqlite, lineageOf([parentAndChild]));
  sqlite.exec(rows);
  replayMigrations(sqlite, lineageOf([parentAndChild, workAround]));
  expect(sqlite.prepare('SELECT count(*) FROM child').pluck().get()).toBe(3);
});

it("registers the lineage's own functions", () => {
  const lineage = lineageOf(['CREATE TABLE a (x);', "INSERT INTO a VALUES (shout('hey'));"], {
    shout: (text) => `${String(text).toUpperCase()}!`,
  });
  const sqlite = openMemory();
  replayMigrations(sqlite, lineage);
  expect(sqlite.prepare('SELECT x FROM a').pluck().get()).toBe('HEY!');
});

it('names the function that the lineage lacks, and where to give it', () => {
  const lineage = lineageOf(['CREATE TABLE a (x);', "INSERT INTO a VALUES (shout('hey'));"]);
  const hint = expect.stringMatching(/functions: \{ shout: … \} in varve\.config\.ts/);
  expect(() => replayMigrations(openMemory(), lineage)).toThrow(
    expect.objectContaining({ code: 'MIGRATION_FAILED', hint }),
  );
});

it('writes nothing when nothing is pending', () => {
  const path = join(tempDir(), 'a.db');
  const lineage = lineageOf([parentAndChild, rebuildParent]);
  using sqlite = closing(new Database(path));
  replayMigrations(sqlite.db, lineage);
  const before = sqlite.db.pragma('data_version', { simple: true });
  using watcher = closing(new Database(path));
  const seen = watcher.db.pragma('data_version', { simple: true });
  expect(replayMigrations(sqlite.db, lineage)).toEqual({ from: 2, to: 2 });
  expect(sqlite.db.pragma('data_version', { simple: true })).toBe(before);
  expect(watcher.db.pragma('data_version', { simple: true })).toBe(seen);
});

function closing(db: Database.Database) {
  return { db, [Symbol.dispose]: () => db.close() };
}

it('leaves nothing for Drizzle to apply, and takes over where Drizzle stopped', () => {
  const lineage = lineageOf([
    parentAndChild,
    'ALTER TABLE parent ADD age integer;',
    'ALTER TABLE child ADD age integer;',
  ]);
  const folder = writeDrizzleFolder(tempDir(), lineage);
  const ours = openMemory();
  replayMigrations(ours, lineage);
  const before = dumpDatabase(ours);
  migrate(drizzle(ours), { migrationsFolder: folder });
  expect(dumpDatabase(ours)).toEqual(before);

  const theirs = openMemory();
  migrate(drizzle(theirs), { migrationsFolder: writeDrizzleFolder(tempDir(), lineageAt(lineage, 2)) });
  expect(identifyFile(theirs, lineage)).toEqual({ state: 'behind', version: 2 });
  replayMigrations(theirs, lineage);
  expect(identifyFile(theirs, lineage).state).toBe('current');
});

it('applies a migration that was merged late with an earlier stamp, which Drizzle skips for ever', () => {
  const [first, second] = lineageOf([parentAndChild, 'ALTER TABLE parent ADD late text;']).migrations;
  if (!first || !second) throw new Error('two migrations expected');
  const lineage = {
    ...lineageOf([]),
    migrations: [first, { ...second, createdAtMs: first.createdAtMs - 1 }],
  };
  const folder = writeDrizzleFolder(tempDir(), lineage);
  const columns = (sqlite: Database.Database) => (sqlite.pragma('table_info(parent)') as unknown[]).length;
  const [theirs, ours] = [openMemory(), openMemory()];
  for (const sqlite of [theirs, ours]) replayMigrations(sqlite, lineageAt(lineage, 1));
  migrate(drizzle(theirs), { migrationsFolder: folder });
  replayMigrations(ours, lineage);
  expect([columns(theirs), columns(ours)]).toEqual([2, 3]);
});

it('follows the ledger of drizzle-orm 1.0, names included', () => {
  const lineage = lineageOf([parentAndChild, 'ALTER TABLE parent ADD age integer;']);
  const sqlite = openMemory();
  replayMigrations(sqlite, lineageAt(lineage, 1));
  sqlite.exec(`ALTER TABLE __drizzle_migrations ADD name text; ALTER TABLE __drizzle_migrations ADD applied_at TEXT;
    UPDATE __drizzle_migrations SET name = '0000_step'`);
  replayMigrations(sqlite, lineage);
  const rows = sqlite.prepare('SELECT name, applied_at IS NULL FROM __drizzle_migrations').raw().all();
  expect(rows).toEqual([
    ['0000_step', 1],
    ['0001_step', 0],
  ]);
});

it('never touches a file that it does not understand', () => {
  const lineage = lineageOf([parentAndChild]);
  for (const sql of ['CREATE TABLE x (y)', 'CREATE TABLE x (y); PRAGMA application_id = 9']) {
    const sqlite = openMemory(sql);
    const before = dumpDatabase(sqlite);
    expect(codeOf(() => replayMigrations(sqlite, lineage))).toMatch(/^VERSION_/);
    expect(dumpDatabase(sqlite)).toEqual(before);
  }
});
