import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createSession, recoverSessions } from '@varve/core';
import { fusible, notes } from './fault-lineage.ts';
import { readBodies } from './old-file.ts';
import type { Scenario } from './scenario.ts';

/** Finishes what is left in a folder of sessions, and returns what is in the archives then. */
function recover(live: string, archiveDir: string): string[][] {
  mkdirSync(live, { recursive: true });
  const recovery = recoverSessions(live, { lineage: fusible, archiveDir });
  assert.deepEqual([recovery.failed, recovery.live, readdirSync(live)], [[], [], []]);
  return readdirSync(archiveDir).map((name) => readBodies(join(archiveDir, name)));
}

const openNew = (live: string) => createSession(live, { lineage: fusible, session: { id: 'a' } });

export const create: Scenario = async (dir) => {
  const [live, archives] = [join(dir, 'live'), join(dir, 'archives')];
  return {
    work: () => openNew(live).close(),
    check: () => assert.deepEqual(recover(live, archives).flat(), []),
  };
};

export const createTwice: Scenario = async (dir) => {
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

export const record: Scenario = async (dir) => {
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

export const seal: Scenario = async (dir) => {
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

export const recoverOne: Scenario = async (dir) => {
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
