import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineLineage } from '@varve/migrations';
import { expect, it } from 'vitest';
import { census } from './census.ts';
import { restoreArchives } from './restore-archives.ts';
import { isInShard } from './shard.ts';
import { fingerprint, makeFolder, writeArchive } from './testing/archives.ts';
import { head, lineage } from './testing/fixture-lineage.ts';
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
  const report = await restoreArchives(backupDir, { lineage: losing, into: dir });
  expect(report).toMatchObject({ current: 0, failed: [] });
  expect(report.restored).toHaveLength(3);
  expect(digests()).toEqual(before);
  expect(await restoreArchives(backupDir, { lineage: losing, into: dir })).toMatchObject({
    restored: [],
    current: 3,
  });
});

it('reports in a dry run what an upgrade would do, and writes nothing', async () => {
  const dir = makeFolder();
  for (let version = 1; version <= head; version++) writeArchive(join(dir, `${version}.db`), version);
  writeFileSync(join(dir, 'text.db'), 'text');
  const before = fingerprint(dir);
  const rehearsed = await upgradeArchives(dir, { lineage: here, dryRun: true });
  expect(fingerprint(dir)).toEqual(before);
  const real = await upgradeArchives(dir, { lineage: here });
  const facts = ({ files, upgraded, current, failed }: typeof real) => ({
    files: files.map(({ durationMs: _, ...file }) => file),
    counts: { upgraded, current },
    failed,
  });
  expect(facts(rehearsed)).toEqual(facts(real));
  expect(real.files[0]).toMatchObject({ from: 1, to: head, how: 'fused', state: 'upgraded' });
});

it('splits a fleet into parts that share no file, wherever the folder lies', async () => {
  const [one, other] = [makeFolder(), makeFolder()];
  for (const dir of [one, other])
    for (let at = 0; at < 12; at++) writeArchive(join(dir, `${at % 3}/${at}.db`), 1);
  const parts = [1, 2, 3].map((index) => ({ index, count: 3 }));
  for (const shard of parts) {
    const [a, b] = [
      await upgradeArchives(one, { lineage: losing, acceptLoss: true, shard }),
      await upgradeArchives(other, { lineage: losing, acceptLoss: true, shard, dryRun: true }),
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
    writeFileSync(join(dir, `.${version}.db.upgrading`), readFileSync(join(dir, `${version}.db`)));
    writeFileSync(join(dir, `${version}.db-lock`), '');
  }
  expect(await upgradeArchives(dir, { lineage: here })).toMatchObject({
    upgraded: 1,
    current: 1,
    failed: [],
  });
  expect(Object.keys(fingerprint(dir))).toEqual(['1.db', `${head}.db`]);
});
