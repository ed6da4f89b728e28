import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive, openSession } from '@varve/core';
import { workFile } from '@varve/core/internal';
import { defineLineage } from '@varve/migrations';
import { expect, it } from 'vitest';
import { census } from '../census/census.ts';
import { isInShard } from '../find/shard.ts';
import { asNobody, fingerprint, makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage, sessions } from '../testing/fixture-lineage.ts';
import { upgradeAndList } from '../testing/upgrade-and-list.ts';
import { type RestoredArchive, restoreArchives } from './restore-archives.ts';
import { upgradeArchives } from './upgrade-archives.ts';

/** With a function the work stays in this process, without the time a worker takes to start. */
const here = defineLineage({ ...lineage, functions: { none: () => null } });
const losing = defineLineage({
  ...here,
  migrations: [
    ...lineage.migrations,
    { name: '0005_drop', sql: 'DROP TABLE tags', createdAtMs: 1_800_000_000_000 },
  ],
});

it('leaves archives that would lose something as they are, until that is accepted', async () => {
  const dir = makeFolder();
  writeArchive(join(dir, 'a.db'), 1);
  writeArchive(join(dir, 'b.db'), head);
  const before = fingerprint(dir);
  const report = await upgradeArchives(dir, { lineage: losing });
  expect(report.failed.map(({ code }) => code)).toEqual(['LOSS_NOT_ACCEPTED', 'LOSS_NOT_ACCEPTED']);
  expect(fingerprint(dir)).toEqual(before);
  expect(await upgradeArchives(dir, { lineage: losing, acceptLoss: true })).toMatchObject({ upgraded: 2 });
});

it('keeps originals of the same name apart, and puts all of them back', async () => {
  const [dir, backupDir] = [makeFolder(), makeFolder()];
  for (const folder of ['x', 'y/z', '.']) writeArchive(join(dir, folder, 'same.db'), 1, folder);
  const digests = () => Object.entries(fingerprint(dir)).map(([name, it]) => [name, it.split(' ')[0]]);
  const before = digests();
  expect(await upgradeArchives(dir, { lineage: losing, backupDir })).toMatchObject({
    upgraded: 3,
    failed: [],
  });
  expect(existsSync(join(backupDir, 'y/z/same.db'))).toBe(true);
  const restored: string[] = [];
  const onFile = ({ path, state }: RestoredArchive) => state === 'restored' && restored.push(path);
  const report = await restoreArchives(backupDir, { lineage: losing, into: dir, onFile });
  expect(report).toMatchObject({ current: 0, failed: [] });
  expect([report.restored, restored.length, new Set(restored).size]).toEqual([3, 3, 3]);
  expect(digests()).toEqual(before);
  expect(await restoreArchives(backupDir, { lineage: losing, into: dir })).toMatchObject({
    restored: 0,
    current: 3,
  });
});

it('reports in a dry run what an upgrade would do, and writes nothing', async () => {
  const dir = makeFolder();
  for (let version = 1; version <= head; version++) writeArchive(join(dir, `${version}.db`), version);
  writeFileSync(join(dir, 'text.db'), 'text');
  const before = fingerprint(dir);
  const rehearsed = await upgradeAndList(dir, { lineage: here, dryRun: true });
  expect(fingerprint(dir)).toEqual(before);
  const real = await upgradeAndList(dir, { lineage: here });
  const facts = ({ files, upgraded, current, failed }: typeof real) => ({
    files: files.map(({ durationMs: _, ...file }) => file),
    counts: { upgraded, current },
    failed,
  });
  expect(facts(rehearsed)).toEqual(facts(real));
  expect(real.files[0]).toMatchObject({ from: 1, to: head, how: 'patched', state: 'upgraded' });
});

it('splits a fleet into parts that share no file, wherever the folder lies', async () => {
  const [one, other] = [makeFolder(), makeFolder()];
  for (const dir of [one, other])
    for (let at = 0; at < 12; at++) writeArchive(join(dir, `${at % 3}/${at}.db`), 1);
  const parts = [1, 2, 3].map((index) => ({ index, count: 3 }));
  for (const shard of parts) {
    const [a, b] = [
      await upgradeAndList(one, { lineage: losing, acceptLoss: true, shard }),
      await upgradeAndList(other, { lineage: losing, acceptLoss: true, shard, dryRun: true }),
    ];
    expect(a.current + a.failed.length).toBe(0);
    expect(b.files.map(({ path }) => path.slice(other.length))).toEqual(
      a.files.map(({ path }) => path.slice(one.length)),
    );
  }
  expect(census(one, { lineage: losing }).states).toEqual({ current: 12 });
  for (let at = 0; at < 100; at++)
    expect(parts.filter((shard) => isInShard(`${at}.db`, shard))).toHaveLength(1);
});

it('removes what a killed run left beside archives, also beside those it had finished', async () => {
  const dir = makeFolder();
  for (const version of [1, head]) writeArchive(join(dir, `${version}.db`), version);
  for (const version of [1, head]) {
    const path = join(dir, `${version}.db`);
    writeFileSync(workFile(path, 'upgrading'), readFileSync(path));
    // Of another user, or another machine.
    writeFileSync(join(dir, `.${version}.db.0123456789abcdef.upgrading`), readFileSync(path));
    writeFileSync(join(dir, `${version}.db-lock`), '');
  }
  expect(await upgradeArchives(dir, { lineage: here })).toMatchObject({
    upgraded: 1,
    current: 1,
    failed: [],
  });
  expect(Object.keys(fingerprint(dir))).toEqual(['1.db', `${head}.db`]);
});

it('removes half an upgrade of an archive that is gone', async () => {
  const dir = makeFolder();
  writeArchive(join(dir, 'a.db'), 1);
  for (const name of [
    '.gone.db.0123456789abcdef.upgrading',
    '.gone.db.0123456789abcdef.upgrading-journal',
    'gone.db-lock',
  ])
    writeFileSync(join(dir, name), '');
  await upgradeArchives(dir, { lineage: here, dryRun: true });
  expect(Object.keys(fingerprint(dir))).toHaveLength(4);
  expect(await upgradeArchives(dir, { lineage: here })).toMatchObject({ upgraded: 1, failed: [] });
  expect(Object.keys(fingerprint(dir))).toEqual(['a.db']);
});

it('does not try again what failed for what it holds, unless asked', async () => {
  const dir = makeFolder();
  const [damaged, busy] = [writeArchive(join(dir, 'damaged.db'), 1), writeArchive(join(dir, 'busy.db'), 1)];
  const whole = readFileSync(damaged);
  writeFileSync(damaged, Buffer.from(whole).fill(0xff, 100, 4096));
  const { failed } = await upgradeArchives(damaged, { lineage: here });
  expect(failed).toMatchObject([{ path: damaged, code: 'FILE_CORRUPT' }]);
  writeFileSync(damaged, whole);
  const inUse = { path: busy, code: 'FILE_BUSY', message: '', hint: '' } as const;
  const again = await upgradeArchives(dir, { lineage: here, quarantined: [...failed, inUse] });
  expect(again).toMatchObject({ upgraded: 1, failed });
  expect(await upgradeArchives(dir, { lineage: here })).toMatchObject({
    upgraded: 1,
    current: 1,
    failed: [],
  });
});

it('shares a folder with another run, with readers, and with a session that is written', async () => {
  const dir = makeFolder();
  for (let at = 0; at < 20; at++) writeArchive(join(dir, `${at}.db`), (at % (head - 1)) + 1, `session ${at}`);
  using session = openSession(writeArchive(join(dir, 'live.db'), head), { lineage: here });
  using reader = openArchive(join(dir, '0.db'), { lineage: here });
  const runs = await Promise.all([1, 2].map(() => upgradeArchives(dir, { lineage: here })));
  expect(runs.reduce((sum, { upgraded }) => sum + upgraded, 0)).toBe(20);
  for (const { failed } of runs)
    expect(new Set(failed.map(({ code }) => code))).toEqual(new Set(['SESSION_LIVE']));
  for (const { failed } of runs) expect(failed.map(({ path }) => path)).toContain(session.path);
  expect(reader.db.select().from(sessions).all()).toEqual([{ id: 'session 0', agent: 'agent 1' }]);
  session.sqlite.exec(`INSERT INTO sessions VALUES ('live', 'still written')`);
  expect(census(dir, { lineage: here }).states).toEqual({ current: 21 });
});

it('leaves a folder that it may not write as it is', async (context) => {
  if (process.getuid?.() !== 0) return context.skip('only root can become another user');
  const dir = makeFolder();
  for (let at = 1; at < head; at++) writeArchive(join(dir, `${at}.db`), at);
  const before = fingerprint(dir);
  chmodSync(dir, 0o555);
  await asNobody(async () => {
    const { failed } = await upgradeArchives(dir, { lineage: here });
    expect(failed.map(({ code }) => code)).toEqual(Array(head - 1).fill('FILE_READ_ONLY'));
  });
  expect(fingerprint(dir)).toEqual(before);
});
