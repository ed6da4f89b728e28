import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { VarveError } from '@varve/schema';
import { expect, it } from 'vitest';
import { createSession, openArchive, recoverSessions } from '../index.ts';
import { errorOf } from '../testing/error-of.ts';
import { type FailureMode, failNthOperation } from '../testing/failing-fs.ts';
import { history as lineage } from '../testing/history.ts';
import { openFilesIn } from '../testing/open-files-in.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const { decisions, sessions } = lineage.tables;

const modes: [string, FailureMode][] = [
  ['EIO', 'once'],
  ['EIO', 'from then on'],
  ['ENOSPC', 'from then on'],
  ['EACCES', 'from then on'],
];

const durabilities = ['power', 'process'] as const;

function readArchive(path: string) {
  using archive = openArchive(path, { lineage });
  expect(archive.plan.copy).toBe('none');
  const { status } = archive.db.select().from(sessions).get() ?? {};
  return { status, rows: archive.db.select().from(decisions).all().length };
}

it.each(modes)(
  'seal loses nothing whichever operation fails with %s, %s, and recovery finishes it',
  (code, mode) => {
    let n = 0;
    for (let isFailing = true; isFailing; ) {
      n++;
      const dir = makeTempDir();
      const [live, archiveDir] = [join(dir, 'live'), join(dir, 'archives')];
      const session = createSession(live, { lineage, session: { agentName: 'x' } });
      for (let row = 0; row < 5; row++) session.record(decisions, { summary: 'kept' });
      const faults = failNthOperation(n, code, mode);
      try {
        session.seal(archiveDir, { status: 'failed' });
      } catch (error) {
        expect(error).toBeInstanceOf(VarveError);
      }
      faults.restore();
      isFailing = faults.hasFailed();
      // A session that stays open has not ended: the crash that follows interrupts it.
      const status = session.isOpen ? 'interrupted' : 'failed';
      session.close();
      const { failed, live: stillLive } = recoverSessions(live, { lineage, archiveDir });
      expect([failed, stillLive]).toEqual([[], []]);
      expect(readdirSync(live)).toEqual([]);
      expect(readdirSync(archiveDir)).toHaveLength(1);
      expect(readArchive(join(archiveDir, readdirSync(archiveDir)[0] ?? ''))).toEqual({ status, rows: 5 });
    }
    expect(n).toBeGreaterThan(5);
  },
);

it.each(modes.flatMap((it) => durabilities.map((durability) => [...it, durability] as const)))(
  'createSession leaves a whole session or nothing whichever operation fails with %s, %s, durable past %s',
  (code, mode, durability) => {
    let n = 0;
    for (let isFailing = true; isFailing; ) {
      n++;
      const dir = makeTempDir();
      const faults = failNthOperation(n, code, mode);
      const create = () => createSession(dir, { lineage, session: { id: 'a', agentName: 'x' }, durability });
      try {
        create().close();
      } catch (error) {
        expect(error).toBeInstanceOf(VarveError);
      }
      faults.restore();
      isFailing = faults.hasFailed();
      expect(openFilesIn(dir)).toEqual([]);
      if (mode === 'once' && !existsSync(join(dir, 'a.db'))) expect(readdirSync(dir)).toEqual([]);
      const archiveDir = join(dir, 'archives');
      const { failed } = recoverSessions(dir, { lineage, archiveDir });
      expect(failed).toEqual([]);
      expect(readdirSync(dir)).toEqual(['archives']);
      for (const name of readdirSync(archiveDir)) {
        expect(readArchive(join(archiveDir, name))).toEqual({ status: 'interrupted', rows: 0 });
      }
    }
    expect(n).toBeGreaterThan(4);
  },
);

it('names the session file in the error, and says what failed', () => {
  const dir = makeTempDir();
  const session = createSession(dir, { lineage, session: { agentName: 'x' } });
  const faults = failNthOperation(2, 'ENOSPC', 'from then on');
  const error = errorOf(() => session.seal(join(dir, 'archives')));
  faults.restore();
  expect(error).toMatchObject({ code: 'DISK_FULL', path: session.path, details: { code: 'ENOSPC' } });
  expect(existsSync(session.path)).toBe(true);
});
