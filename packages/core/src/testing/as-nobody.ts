/**
 * Gives up root's powers, then seals, reads, upgrades and recovers in a folder of its own; answers each step with a
 * line. Root may write anything anywhere, and would not notice a file that cannot be written.
 */
import { chmodSync, linkSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { openMemory } from '../file/open-database.ts';
import { createSession, openArchive, recoverSessions, upgradeArchive } from '../index.ts';
import { errorOf, rejectionOf } from './error-of.ts';
import { history as lineage, writeFileAt } from './history.ts';

// Loads the native module while the clone may still be read.
openMemory().close();
process.setgid?.(65_534);
process.setuid?.(65_534);
const dir = mkdtempSync(join(tmpdir(), 'varve-test-'));
const [live, archives] = [join(dir, 'live'), join(dir, 'archives')];
try {
  const sealed = createSession(live, { lineage, session: { agentName: 'x' } }).seal(archives);
  console.log('sealed', (statSync(sealed).mode & 0o777).toString(8));

  const old = writeFileAt(archives, 1);
  chmodSync(old, 0o444);
  const { changed } = await upgradeArchive(old, { lineage, backupDir: join(dir, 'backups') });
  console.log('upgraded', changed, (statSync(old).mode & 0o777).toString(8));

  linkSync(sealed, join(live, basename(sealed)));
  const { sealed: recovered, failed } = recoverSessions(live, { lineage, archiveDir: archives });
  console.log('recovered', recovered.length, failed.length);

  const sql = 'CREATE TABLE b AS SELECT zeroblob(2000000) AS x; PRAGMA journal_mode = WAL';
  const left = writeFileAt(archives, 1, { name: 'left.db', sql });
  process.env.TMPDIR = dir;
  using linked = openArchive(left, { lineage });
  const made = readdirSync(dir).find((name) => name.startsWith('varve-')) ?? '';
  console.log('linked', linked.plan.copy, statSync(join(dir, made, 'link.db-shm')).size);

  const other = writeFileAt(archives, 1, { name: 'other.db' });
  chmodSync(archives, 0o555);
  openArchive(other, { lineage }).close();
  console.log('refused', (await rejectionOf(upgradeArchive(other, { lineage }))).code);
  chmodSync(other, 0);
  console.log('unreadable', errorOf(() => openArchive(other, { lineage })).code);
} finally {
  chmodSync(archives, 0o755);
  rmSync(dir, { recursive: true });
}
