import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineLineage } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { fingerprint, makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { upgradeAndList } from '../testing/upgrade-and-list.ts';
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

it('upgrades damaged files wholly or leaves them as they were, and never stops', {
  timeout: 1_200_000,
}, async () => {
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
  const report = await upgradeAndList(dir, { lineage: here });
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

it('takes no harm from any field of a header, a cycle of pages, or gigabytes of nothing', async () => {
  const [dir, models] = [makeFolder(), makeFolder()];
  const original = readFileSync(writeArchive(join(models, 'model.db'), 1));
  for (let place = 16; place < 100; place++) {
    for (const value of [0, 0xff])
      writeFileSync(
        join(dir, `header-${place}-${value}.db`),
        Buffer.from(original).fill(value, place, place + 1),
      );
  }
  writeFileSync(join(dir, 'cycle.db'), withCycle(join(models, 'cycle.db')));
  writeFileSync(join(dir, 'sparse.db'), original);
  truncateSync(join(dir, 'sparse.db'), 4 * 2 ** 30);
  writeFileSync(join(dir, 'nothing.db'), '');
  truncateSync(join(dir, 'nothing.db'), 4 * 2 ** 30);
  const small = ({ path }: { path: string }) => !/(sparse|nothing)\.db$/.test(path);
  const before = readSmall(dir);
  const report = await upgradeAndList(dir, { lineage: here });
  const after = readSmall(dir);
  for (const { path, state } of report.files.filter(small)) {
    if (state !== 'upgraded') expect(after[path]).toBe(before[path]);
    else expect(readRows(path)).toEqual(readRows(join(models, 'model.db')));
  }
  const codes = Object.fromEntries(report.failed.map(({ path, code }) => [path.slice(dir.length + 1), code]));
  expect(codes).toMatchObject({ 'cycle.db': 'FILE_CORRUPT', 'nothing.db': 'FILE_NOT_A_DATABASE' });
  expect(checkIntegrity(join(dir, 'sparse.db'))).toBe('ok');
});

/** A row on pages of its own, the first of which names itself as the next. */
function withCycle(path: string): Buffer {
  const sqlite = new Database(writeArchive(path, 1));
  sqlite.exec('UPDATE sessions SET agent = hex(zeroblob(20000))');
  sqlite.close();
  const bytes = readFileSync(path);
  const page = bytes.length / 4096 - 5;
  bytes.writeUInt32BE(page, (page - 1) * 4096);
  return bytes;
}

function readSmall(dir: string): Record<string, string> {
  const paths = readdirSync(dir).map((name) => join(dir, name));
  const small = paths.filter((path) => statSync(path).size < 2 ** 20);
  return Object.fromEntries(small.map((path) => [path, readFileSync(path, 'latin1')]));
}

function readRows(path: string): unknown {
  const sqlite = new Database(path, { readonly: true });
  try {
    return [
      sqlite.prepare('SELECT * FROM sessions').all(),
      sqlite.prepare('SELECT seq FROM tool_calls').all(),
    ];
  } finally {
    sqlite.close();
  }
}

it('runs nothing that a stranger wrote into a schema', async () => {
  const [dir, outside] = [makeFolder(), makeFolder()];
  const crafted: Record<string, string> = {
    table: `UPDATE sqlite_schema SET sql = 'CREATE TABLE sessions AS SELECT load_extension(''x'')' WHERE name = 'sessions'`,
    twice: `INSERT INTO sqlite_schema SELECT * FROM sqlite_schema WHERE name = 'sessions'`,
    nonsense: `UPDATE sqlite_schema SET sql = 'DROP TABLE sessions' WHERE name = 'sessions'`,
    page: `UPDATE sqlite_schema SET rootpage = 1 WHERE name = 'tool_calls'`,
    shared: `UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'sessions') WHERE name = 'tool_calls'`,
    ledger: `UPDATE sqlite_schema SET sql = replace(sql, 'hash text', 'hash text DEFAULT (load_extension(''x''))') WHERE name LIKE '__drizzle%'`,
    trigger: `INSERT INTO sqlite_schema VALUES ('trigger', 't', 'tool_calls', 0, 'CREATE TRIGGER t AFTER UPDATE ON tool_calls BEGIN DELETE FROM sessions; END')`,
    view: `INSERT INTO sqlite_schema VALUES ('view', 'v', 'v', 0, 'CREATE VIEW v AS SELECT writefile(''${join(outside, 'x')}'', ''x''), edit(''x'')')`,
  };
  for (const [name, sql] of Object.entries(crafted)) {
    const sqlite = new Database(writeArchive(join(dir, `${name}.db`), 1));
    sqlite.unsafeMode();
    sqlite.exec(`PRAGMA writable_schema = ON; ${sql}`);
    sqlite.close();
  }
  const before = fingerprint(dir);
  const report = await upgradeAndList(dir, { lineage: here });
  const after = fingerprint(dir);
  expect(report.files).toHaveLength(Object.keys(crafted).length);
  for (const { path, state } of report.files) {
    if (state !== 'upgraded')
      expect(after[path.slice(dir.length + 1)]).toBe(before[path.slice(dir.length + 1)]);
    else
      expect(readRows(path)).toEqual([
        [{ id: expect.anything(), agent: 'agent 1' }],
        [{ seq: 1 }, { seq: 2 }, { seq: 3 }],
      ]);
  }
  expect(readdirSync(outside)).toEqual([]);
});

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
