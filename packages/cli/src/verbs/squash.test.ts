import { copyFileSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openUnified } from '@varve/aggregator';
import { createSession, openArchive, upgradeArchive } from '@varve/core';
import { readLineage, type standardLineage } from '@varve/migrations';
import { parseLock } from '@varve/migrations/internal';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { expect, it, vi } from 'vitest';
import { makeProject, type TestProject } from '../testing/make-project.ts';

// drizzle-kit is started several times.
vi.setConfig({ testTimeout: 120_000 });

const example = fileURLToPath(new URL('../../../../examples/agent-state/', import.meta.url));
const names = ['0000_first', '0001_priority', '0002_drop_urgent', '0003_widen_standard_tables'];

/** The example's package: its migrations as drizzle-kit wrote them, and an archive of each version. */
function makeTeam(...versions: number[]): TestProject {
  const project = makeProject({
    'package.json': '{ "name": "agent-state", "type": "module" }\n',
    'varve.config.mjs': `export default { name: 'agent-state', schema: './src/schema.ts', migrations: './drizzle',
      lineageModule: './src/lineage.ts', archives: './archives' };\n`,
  });
  for (const path of ['drizzle', 'src/schema.ts', 'src/tickets.ts', 'src/lineage.ts', 'golden']) {
    cpSync(join(example, path), join(project.dir, path), { recursive: true });
  }
  mkdirSync(join(project.dir, 'archives'));
  for (const version of versions) {
    const golden = join(example, 'golden', `${names[version - 1]}.db`);
    copyFileSync(golden, join(project.dir, 'archives', `v${version}.db`));
  }
  return project;
}

it('names the archives that need what would be folded, and folds nothing', async () => {
  const { read, list, varve } = makeTeam(1, 3);
  const before = [list('drizzle/meta'), read('drizzle/varve.lock')];
  const { exitCode, stdout, stderr } = await varve('squash');
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: 'nothing was folded\n' });
  expect(stderr).toMatch(
    /^error\[SQUASH_REFUSED\]: .*v1\.db: the archive is at version 1, before 0001_priority\nhint: upgrade it /,
  );
  expect(stderr.match(/^error/gm)).toHaveLength(1);
  expect([list('drizzle/meta'), read('drizzle/varve.lock')]).toEqual(before);
});

it('counts live sessions and backups as well: they need their migrations as much', async () => {
  const { dir, varve } = makeTeam(3);
  for (const [folder, version] of [
    ['live', 1],
    ['kept', 2],
  ] as const) {
    mkdirSync(join(dir, folder));
    const golden = join(example, 'golden', `${names[version - 1]}.db`);
    copyFileSync(golden, join(dir, folder, `${folder}.db`));
  }
  const all = await varve('squash', '--dry-run', '--live', 'live', '--backup', 'kept');
  expect(all.exitCode).toBe(1);
  expect(all.stderr).toMatch(/^error\[SQUASH_REFUSED\]: .*live\.db: the archive is at version 1/);
  const backup = await varve('squash', '--dry-run', '--backup', 'kept');
  expect(backup.stdout).toContain('would fold 2 migrations into 0001_priority');
  expect((await varve('squash', '--dry-run')).stdout).toContain('would fold 3 migrations into');
});

it('folds what no archive needs: archives, sessions, Drizzle, check and generate go on from there', async () => {
  const { dir, read, write, list, varve } = makeTeam(2, 3);
  const whole = await importLineage(example);
  expect((await varve('squash', '--dry-run')).stdout).toBe(
    `would fold 2 migrations into 0001_priority: 0000_first, 0001_priority
none of 2 archive(s) is from before 0001_priority
remove golden/0000_first.db, and its line in golden.lock: its version is folded\n`,
  );
  expect(list('drizzle')).toContain('0000_first.sql');
  const view = { path: join(dir, 'unified.db'), archives: join(dir, 'archives') };
  (await openUnified(view.path, { lineage: whole, archives: view.archives })).close();
  const { exitCode, stdout, stderr } = await varve('squash');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^folded 2 migrations into 0001_priority: [\s\S]*\nlocked 3 migration\(s\)\n$/);
  expect(list('drizzle')).toEqual([...names.slice(1).map((name) => `${name}.sql`), 'meta', 'varve.lock']);
  const snapshots = names.slice(1).map((name) => `${name.slice(0, 4)}_snapshot.json`);
  expect(list('drizzle/meta')).toEqual([...snapshots, '_journal.json']);
  expect(parseLock(read('drizzle/varve.lock')).map(({ name }) => name)).toEqual(names.slice(1));

  const lineage = await importLineage(dir);
  for (const version of [2, 3]) {
    const path = join(dir, 'archives', `v${version}.db`);
    using folded = openArchive(path, { lineage });
    using before = openArchive(path, { lineage: whole });
    expect(folded.version).toBe(version - 1);
    const tickets = [folded, before].map((archive) => archive.sqlite.prepare('SELECT * FROM tickets').all());
    expect(tickets[0]).toEqual(tickets[1]);
  }
  const tooOld = expect.objectContaining({ code: 'VERSION_SQUASHED' });
  expect(() => openArchive(join(example, 'golden', '0000_first.db'), { lineage })).toThrow(tooOld);
  const session = createSession(join(dir, 'live'), { lineage, session: { agentName: 'new' } });
  session.seal(view.archives);
  using unified = await openUnified(view.path, { lineage, archives: view.archives });
  expect(unified.db.select().from(unified.tables.sessions).all()).toHaveLength(3);
  const upgraded = join(dir, 'archives', 'v2.db');
  await upgradeArchive(upgraded, { lineage, backupDir: join(dir, 'backup') });

  const copy = new Database(readCopy(upgraded));
  migrate(drizzle(copy), { migrationsFolder: join(dir, 'drizzle') });
  expect(copy.prepare('SELECT count(*) FROM __drizzle_migrations').pluck().get()).toBe(4);
  copy.close();
  write('src/tickets.ts', read('src/tickets.ts').replace('/** 1 is', "mood: integer('mood'),\n  /** 1 is"));
  expect(await varve('generate', 'mood')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(readLineage(join(dir, 'drizzle')).migrations.map(({ name }) => name)).toEqual([
    ...names.slice(1),
    '0004_mood',
  ]);
  expect(await varve('check')).toMatchObject({ exitCode: 0, stderr: '' });
});

/** Typed by what is asked of it: the standard tables. */
async function importLineage(dir: string): Promise<typeof standardLineage> {
  return (await import(join(dir, 'src', 'lineage.ts'))).lineage;
}

function readCopy(path: string): Buffer {
  const sqlite = new Database(path, { readonly: true });
  try {
    return sqlite.serialize();
  } finally {
    sqlite.close();
  }
}
