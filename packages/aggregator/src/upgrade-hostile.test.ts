import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineLineage } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { fingerprint, makeFolder, writeArchive } from './testing/archives.ts';
import { head, lineage } from './testing/fixture-lineage.ts';
import { upgradeArchives } from './upgrade-archives.ts';

const flips = process.env.VARVE_DEEP ? 10_000 : 150;
/** On this thread, so that a crash of SQLite would end the test. */
const here = defineLineage({ ...lineage, functions: { none: () => null } });

/** The same damage in every run: bits flipped at places that a hash picks. */
function flipBits(bytes: Buffer, seed: number): Buffer {
  const damaged = Buffer.from(bytes);
  const picked = createHash('sha256').update(String(seed)).digest();
  for (let at = 0; at <= seed % 4; at++) {
    // Every other file is hit in its header and schema, where damage steers SQLite most.
    const range = seed % 2 === 0 ? damaged.length : 1024;
    const place = picked.readUInt32BE(at * 4) % range;
    damaged[place] = (damaged[place] ?? 0) ^ (1 << ((picked[31 - at] ?? 0) % 8));
  }
  return damaged;
}

it('upgrades damaged files wholly or leaves them as they were, and never stops', async () => {
  const [dir, models] = [makeFolder(), makeFolder()];
  const originals = Array.from({ length: head }, (_, at) =>
    readFileSync(writeArchive(join(models, `${at}.db`), at + 1)),
  );
  const model = (seed: number) => originals[seed % head] as Buffer;
  for (let seed = 0; seed < flips; seed++)
    writeFileSync(join(dir, `flipped-${seed}.db`), flipBits(model(seed), seed));
  for (const length of [1, 15, 16, 99, 100, 511, 512, 4095, 4096, 4097, 8192, 12_000])
    writeFileSync(join(dir, `cut-${length}.db`), model(0).subarray(0, length));
  const before = fingerprint(dir);
  const report = await upgradeArchives(dir, { lineage: here });
  const after = fingerprint(dir);
  expect(Object.keys(after)).toEqual(Object.keys(before));
  for (const { path, state } of report.files) {
    const name = path.slice(dir.length + 1);
    if (state !== 'upgraded') expect(after[name]).toBe(before[name]);
    else expect(checkIntegrity(path)).toBe('ok');
  }
  expect(report.failed.length).toBeGreaterThan(12);
});

function checkIntegrity(path: string): unknown {
  const sqlite = new Database(path, { readonly: true });
  try {
    return sqlite.pragma('quick_check(1)', { simple: true });
  } finally {
    sqlite.close();
  }
}

it('passes by pipes, devices, loops of links and links out of the folder, under any name', async () => {
  const [dir, outside] = [makeFolder(), makeFolder()];
  writeArchive(join(dir, 'new\nline "quoted" 🗿.db'), 1);
  writeArchive(join(outside, 'outside.db'), 1);
  execFileSync('mkfifo', [join(dir, 'pipe.db')]);
  symlinkSync('loop.db', join(dir, 'loop.db'));
  symlinkSync(dir, join(dir, 'around'));
  symlinkSync(join(outside, 'outside.db'), join(dir, 'link.db'));
  symlinkSync('/dev/zero', join(dir, 'zero.db'));
  const before = fingerprint(outside);
  expect(await upgradeArchives(dir, { lineage: here })).toMatchObject({ upgraded: 1, failed: [] });
  expect(fingerprint(outside)).toEqual(before);
});
