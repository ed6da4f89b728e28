import { copyFileSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Archive, openArchive, upgradeArchive } from '@varve/core';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { expect, it, onTestFinished } from 'vitest';
import { deployments } from '../src/deployments.ts';
import { findInstalled } from '../src/find-installed.ts';
import { lineage } from '../src/lineage.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const installed = findInstalled(root);
const zod = installed.find((folder) => folder.endsWith('/node_modules/zod')) as string;
const nested = installed.find((folder) => folder.endsWith('/node_modules/zod/v4')) as string;

function makeDirs() {
  const dir = mkdtempSync(join(tmpdir(), 'varve-eras-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return { sessionsDir: join(dir, 'live'), archiveDir: join(dir, 'archives') };
}

it.each(deployments)(
  'era $era, deployed at version $version, leaves an archive that head reads',
  async (it) => {
    const { sessionsDir, archiveDir } = makeDirs();
    const path = await it.service.finish(await it.service.begin(sessionsDir, zod), archiveDir);
    using archive = openArchive(path, { lineage });
    expect(archive.version).toBe(it.version);
    const session = archive.db.query.sessions
      .findFirst({ with: { toolCalls: true, decisions: true } })
      .sync();
    expect(session).toMatchObject({
      status: 'completed',
      agentVersion: `${it.era}.0.0`,
      requestModel: `rules-${it.era}`,
    });
    expect(session?.toolCalls.every(({ status, durationMs }) => status === 'ok' && durationMs !== null)).toBe(
      true,
    );
    expect(session?.decisions.every(({ confidence }) => confidence !== null && confidence <= 1)).toBe(true);
    const audited = archive.db.query.packages.findFirst({ with: { licence: true, verdict: true } }).sync();
    expect(audited).toMatchObject({
      name: 'zod',
      folder: zod,
      licence: { declared: 'MIT', isShipped: true },
      verdict: { verdict: 'approve', score: 100, reasons: [] },
    });
    const output = archive.db.query.outputs.findFirst().sync();
    expect(output).toMatchObject({ isFinal: true, content: { verdict: 'approve', score: 100, reasons: [] } });
    expect(
      archive.db.query.intermediateResults
        .findMany()
        .sync()
        .some(({ blob }) => blob !== null),
    ).toBe(true);
  },
);

it('reads through the lens what an upgrade makes of the file, cell for cell', async () => {
  for (const { service } of deployments) {
    const { sessionsDir, archiveDir } = makeDirs();
    const path = await service.finish(await service.begin(sessionsDir, zod), archiveDir);
    const copy = join(archiveDir, 'copy.db');
    copyFileSync(path, copy);
    await upgradeArchive(copy, { lineage, acceptLoss: true });
    using asItLies = openArchive(path, { lineage });
    using upgraded = openArchive(copy, { lineage });
    expect(readCells(asItLies.sqlite)).toEqual(readCells(upgraded.sqlite));
  }
});

function readCells(sqlite: Archive['sqlite']): Record<string, unknown[]> {
  const tables = Object.values(lineage.tables).filter((it) => is(it, SQLiteTable));
  expect(tables.length).toBe(12);
  const cells = tables.map((table) => {
    const columns = Object.values(getTableColumns(table)).map(({ name }) => `${name}, typeof(${name})`);
    const name = getTableName(table);
    return [name, sqlite.prepare(`SELECT ${columns} FROM ${name} ORDER BY 1`).raw().all()];
  });
  return Object.fromEntries(cells);
}

it('ends a session of each deployment with the next one, at the next version', async () => {
  for (const [at, { service, version }] of deployments.slice(1).entries()) {
    const { sessionsDir, archiveDir } = makeDirs();
    const begun = await (deployments[at] as (typeof deployments)[0]).service.begin(sessionsDir, zod);
    using archive = openArchive(await service.finish(begun, archiveDir), { lineage });
    expect(archive.version).toBe(version);
    const audited = archive.db.query.packages.findFirst({ with: { licence: true, verdict: true } }).sync();
    expect(audited).toMatchObject({ name: 'zod', licence: { declared: 'MIT', isShipped: true } });
    expect(audited?.verdict?.verdict).toBe('approve');
  }
});

it('fails on an unreadable manifest up to era 2, and judges it from era 3 on', async () => {
  const statuses = new Map<number, unknown>();
  for (const { era, service } of deployments) {
    const { sessionsDir, archiveDir } = makeDirs();
    const path = await service.finish(await service.begin(sessionsDir, nested), archiveDir);
    using archive = openArchive(path, { lineage });
    const verdict = archive.db.query.verdicts.findFirst().sync()?.verdict;
    const failure = archive.db.query.toolCalls.findFirst().sync();
    expect(failure).toMatchObject({ toolName: 'read_manifest', errorType: 'ManifestUnreadable' });
    statuses.set(era, [archive.db.query.sessions.findFirst().sync()?.status, verdict]);
  }
  expect(Object.fromEntries(statuses)).toEqual({
    1: ['failed', undefined],
    2: ['failed', undefined],
    3: ['completed', 'reject'],
    4: ['completed', 'reject'],
    5: ['completed', 'reject'],
  });
});

it('has eras that stand alone: none knows a table of today', () => {
  const eras = fileURLToPath(new URL('.', import.meta.url));
  for (const file of globSync('*/*.ts', { cwd: eras })) {
    const source = readFileSync(join(eras, file), 'utf8');
    expect(source).not.toMatch(/src\/schema/);
    const [, imported = ''] = /import \{([^}]*)\} from '@varve\/schema'/.exec(source) ?? [];
    expect(imported.trim()).toBe(file.endsWith('schema.ts') ? 'json' : '');
  }
});
