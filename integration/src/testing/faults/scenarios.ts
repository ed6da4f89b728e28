import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openUnified } from '@varve/aggregator';
import { createSession, openArchive, recoverSessions, restoreArchive, upgradeArchive } from '@varve/core';
import { type Lineage, lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { fusible, notes, replayed } from './fault-lineage.ts';

/** Work on files in an empty folder that an error may cut off anywhere. */
export type Scenario = (dir: string) => Promise<Attempt>;

export interface Attempt {
  /** What fails. */
  work(): unknown;
  /** Looks at what is left; does the work again, and looks again. */
  check(): unknown;
}

interface Contents {
  readonly lineage?: Lineage;
  readonly bodies: readonly string[];
  /** Leaves the last row in a WAL, as a writer does that dies. */
  readonly hasWal?: boolean;
}

/** Writes a file of version 1, by way of another folder. */
function writeOldFile(path: string, { lineage = fusible, bodies, hasWal = false }: Contents): void {
  const source = `${path}-source`;
  rmSync(source, { recursive: true, force: true });
  mkdirSync(source);
  const sqlite = new Database(join(source, 'a.db'));
  replayMigrations(sqlite, lineageAt(lineage, 1));
  sqlite.exec(`INSERT INTO sessions (id) VALUES ('a')`);
  if (hasWal) sqlite.pragma('journal_mode = WAL');
  const insert = sqlite.prepare('INSERT INTO notes (body) VALUES (?)');
  for (const body of bodies) insert.run(body);
  for (const suffix of hasWal ? ['', '-wal'] : [''])
    copyFileSync(join(source, `a.db${suffix}`), path + suffix);
  sqlite.close();
}

function readBodies(path: string, lineage: Lineage = fusible): string[] {
  using archive = openArchive(path, { lineage });
  assert.equal(archive.sqlite.pragma('integrity_check', { simple: true }), 'ok');
  return archive.sqlite.prepare<[], string>('SELECT body FROM notes ORDER BY id').pluck().all();
}

/** Finishes what is left in a folder of sessions, and returns what is in the archives then. */
function recover(live: string, archiveDir: string): string[][] {
  mkdirSync(live, { recursive: true });
  const recovery = recoverSessions(live, { lineage: fusible, archiveDir });
  assert.deepEqual([recovery.failed, recovery.live, readdirSync(live)], [[], [], []]);
  return readdirSync(archiveDir).map((name) => readBodies(join(archiveDir, name)));
}

const openNew = (live: string) => createSession(live, { lineage: fusible, session: { id: 'a' } });

const create: Scenario = async (dir) => {
  const [live, archives] = [join(dir, 'live'), join(dir, 'archives')];
  return {
    work: () => openNew(live).close(),
    check: () => assert.deepEqual(recover(live, archives).flat(), []),
  };
};

const createTwice: Scenario = async (dir) => {
  const [live, archives] = [join(dir, 'live'), join(dir, 'archives')];
  {
    using session = openNew(live);
    session.record(notes, { body: 'first' });
  }
  return {
    work: () => openNew(live),
    check: () => assert.deepEqual(recover(live, archives), [['first']]),
  };
};

const record: Scenario = async (dir) => {
  const [live, archives] = [join(dir, 'live'), join(dir, 'archives')];
  const session = openNew(live);
  const bodies = Array.from({ length: 4 }, (_, at) => `${at} ${'x'.repeat(3000)}`);
  let recorded = 0;
  return {
    work: () => {
      for (const body of bodies) {
        session.record(notes, { body });
        recorded++;
      }
    },
    check: () => {
      session.close();
      const [left = []] = recover(live, archives);
      // A row whose commit failed may have reached the disk.
      assert.ok(left.length >= recorded, `${recorded} recorded, ${left.length} left`);
      assert.deepEqual(left, bodies.slice(0, left.length));
    },
  };
};

const seal: Scenario = async (dir) => {
  const [live, archives] = [join(dir, 'live'), join(dir, 'archives')];
  const session = openNew(live);
  for (const body of ['one', 'two']) session.record(notes, { body });
  return {
    work: () => session.seal(archives),
    check: () => {
      session.close();
      assert.deepEqual(recover(live, archives), [['one', 'two']]);
    },
  };
};

const recoverOne: Scenario = async (dir) => {
  const [live, archives] = [join(dir, 'live'), join(dir, 'archives')];
  const session = openNew(join(dir, 'source'));
  for (const body of ['one', 'two']) session.record(notes, { body });
  mkdirSync(live);
  for (const suffix of ['', '-wal']) copyFileSync(session.path + suffix, join(live, `a.db${suffix}`));
  session.close();
  return {
    work: () => recoverSessions(live, { lineage: fusible, archiveDir: archives }),
    check: () => assert.deepEqual(recover(live, archives), [['one', 'two']]),
  };
};

function upgrade(contents: Contents): Scenario {
  const { lineage = fusible, bodies } = contents;
  return async (dir) => {
    const [archives, backupDir] = [join(dir, 'archives'), join(dir, 'backups')];
    const path = join(archives, 'a.db');
    mkdirSync(archives);
    writeOldFile(join(dir, 'a.db'), contents);
    for (const name of readdirSync(dir))
      if (/^a\.db(-wal)?$/.test(name)) copyFileSync(join(dir, name), join(archives, name));
    const before = readFileSync(path);
    return {
      work: () => upgradeArchive(path, { lineage, backupDir }),
      check: async () => {
        assert.deepEqual(readBodies(path, lineage), bodies);
        if (!contents.hasWal && !existsSync(join(backupDir, 'a.db')))
          assert.ok(readFileSync(path).equals(before));
        await upgradeArchive(path, { lineage, backupDir });
        assert.deepEqual(readBodies(path, lineage), bodies);
        assert.deepEqual(readdirSync(archives), ['a.db']);
        assert.deepEqual(readdirSync(backupDir), ['a.db']);
        assert.deepEqual(readBodies(join(backupDir, 'a.db'), lineage), bodies);
      },
    };
  };
}

function restore(hasChanged: boolean): Scenario {
  return async (dir) => {
    const archives = join(dir, 'archives');
    const [path, backup] = [join(archives, 'a.db'), join(dir, 'a.db')];
    mkdirSync(archives);
    writeOldFile(backup, { bodies: ['kept'] });
    copyFileSync(backup, path);
    await upgradeArchive(path, { lineage: fusible });
    if (hasChanged) {
      const sqlite = new Database(path);
      sqlite.exec(`INSERT INTO notes (body) VALUES ('since')`);
      sqlite.close();
    }
    return {
      work: () => restoreArchive(backup, path, { lineage: fusible }),
      check: async () => {
        assert.deepEqual(readBodies(path), hasChanged ? ['kept', 'since'] : ['kept']);
        await restoreArchive(backup, path, { lineage: fusible, overwrite: true });
        assert.ok(readFileSync(path).equals(readFileSync(backup)));
        assert.deepEqual(readdirSync(archives), ['a.db']);
      },
    };
  };
}

/** A view is filled, or is there already and an archive has come, has gone and has changed. */
function unify(isThere: boolean): Scenario {
  return async (dir) => {
    const [archives, file] = [join(dir, 'archives'), join(dir, 'u.db')];
    const open = () => openUnified(file, { lineage: fusible, archives, search: true });
    const write = (id: string, bodies: string[]) => {
      writeOldFile(join(dir, `${id}.db`), { bodies });
      const sqlite = new Database(join(dir, `${id}.db`));
      sqlite.exec(`UPDATE sessions SET id = '${id}'`);
      sqlite.close();
      copyFileSync(join(dir, `${id}.db`), join(archives, `${id}.db`));
    };
    mkdirSync(archives);
    write('a', ['one']);
    write('b', ['two']);
    if (isThere) {
      (await open()).close();
      write('b', ['two', 'three']);
      write('c', ['four']);
    }
    const expected = isThere ? ['four', 'one', 'three', 'two'] : ['one', 'two'];
    return {
      work: async () => (await open()).close(),
      check: async () => {
        using unified = await open();
        assert.equal(unified.sqlite.pragma('integrity_check', { simple: true }), 'ok');
        assert.deepEqual(unified.problems, []);
        const rows = unified.sqlite.prepare<[], string>('SELECT body FROM notes ORDER BY body').pluck();
        assert.deepEqual(rows.all(), expected);
      },
    };
  };
}

const few = ['one', 'two', 'three'];
/** More than is built in memory. */
const large = Array.from({ length: 9 }, (_, at) => `${at}${'x'.repeat(1_000_000)}`);

/** Those that build more than fits in memory take thousands of operations. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  create,
  'create twice': createTwice,
  record,
  seal,
  recover: recoverOne,
  'upgrade in one pass': upgrade({ bodies: few }),
  'upgrade by replay': upgrade({ bodies: few, lineage: replayed }),
  'upgrade with a WAL': upgrade({ bodies: few, hasWal: true }),
  restore: restore(false),
  'restore over rows since': restore(true),
  'fill a view': unify(false),
  'refresh a view': unify(true),
  'upgrade a large file in one pass': upgrade({ bodies: large }),
  'upgrade a large file by replay': upgrade({ bodies: large, lineage: replayed }),
};
