import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openUnified } from '@varve/aggregator';
import { restoreArchive, upgradeArchive } from '@varve/core';
import Database from 'better-sqlite3';
import { fusible } from './fault-lineage.ts';
import { type Contents, readBodies, writeOldFile } from './old-file.ts';
import type { Scenario } from './scenario.ts';

export function upgrade(contents: Contents): Scenario {
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

export function restore(hasChanged: boolean): Scenario {
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
export function unify(isThere: boolean): Scenario {
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
