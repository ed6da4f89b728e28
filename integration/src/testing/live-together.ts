/**
 * One of several processes that share a folder: records and seals, recovers, upgrades, restores, builds one view and asks
 * it, in an order that its number decides, until it is killed. Says each row that `record` has taken, and each error.
 */
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  openUnified,
  queryArchives,
  restoreArchives,
  sealArchives,
  upgradeArchives,
} from '@varve/aggregator';
import { createSession, recoverSessions } from '@varve/core';
import { VarveError } from '@varve/schema';
import { history as lineage } from '../../../packages/core/src/testing/history.ts';

const [dir = '', number = '0'] = process.argv.slice(2);
const [live, archives, backups] = ['live', 'archives', 'backups'].map((name) => join(dir, name)) as [
  string,
  string,
  string,
];
/** In this process, so that no worker is left over of which the one who counts kills knows nothing. */
const here = { ...lineage, functions: { none: () => null } };

const say = (line: string) => writeSync(1, `${line}\n`);

const works: readonly (() => unknown)[] = [
  record,
  record,
  record,
  () => recoverSessions(live, { lineage, archiveDir: archives }).failed.map(({ error }) => tell(error)),
  async () => (await upgradeArchives(archives, { lineage: here, backupDir: backups })).failed.map(tell),
  async () => (await restoreArchives(backups, { lineage, into: archives })).failed.map(tell),
  async () => (await sealArchives(archives, { lineage })).failed.map(tell),
  async () => {
    using unified = await openUnified(join(dir, 'view.db'), { lineage, archives, jobs: 1 });
    unified.problems.map(tell);
  },
  async () =>
    (await queryArchives(archives, 'SELECT count(*) FROM decisions', { lineage })).problems.map(tell),
];

function record(): void {
  using session = createSession(live, { lineage, session: { agentName: `agent ${number}` } });
  for (let row = 0; row < 20; row++) {
    session.record(lineage.tables.decisions, { summary: `${session.id} ${row}` });
    say(`row ${session.id} ${row}`);
  }
  session.seal(archives);
}

function tell(problem: unknown): void {
  const { code, message } = problem as { code?: string; message?: string };
  say(`problem ${code ?? 'none'} ${String(message).split('\n')[0]}`);
}

say('ready');
for (let turn = 0; ; turn++) {
  const picked = createHash('sha256').update(`${number} ${turn}`).digest().readUInt32BE(0);
  try {
    await works[picked % works.length]?.();
  } catch (error) {
    if (error instanceof VarveError) tell(error);
    else say(`defect ${String(error)} ${(error as Error).stack?.split('\n')[1]}`);
  }
}
