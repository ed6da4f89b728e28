import fs, { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import type { Lineage } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { durableFs } from '../file/durable-fs.ts';
import { openImage } from '../file/open-database.ts';
import { inspectAtRest } from '../source/file-state.ts';
import { withoutWal } from '../source/private-copy.ts';
import { rejectionOf } from '../testing/error-of.ts';
import { describe, lineageOf, writeOld } from '../testing/patched-files.ts';
import { makeTempDir } from '../testing/temp-dir.ts';
import { patchCopy } from './patch-upgrade.ts';

const lineage = lineageOf(`CREATE TABLE __new_calls (id integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    run_id text NOT NULL REFERENCES runs(id) ON DELETE CASCADE, took real CHECK (took < 9));
  INSERT INTO __new_calls (id, run_id, took) SELECT id, run_id, took FROM calls;
  DROP TABLE calls; ALTER TABLE __new_calls RENAME TO calls;
  CREATE INDEX calls_run_idx ON calls (run_id); --- UPDATE runs SET agent = upper(agent)`);
const sizes = { small: undefined, large: 32 * 1024 * 1024 };

/** As of a file of a size: it is believed. */
async function patch(path: string, copy: string, size: keyof typeof sizes, of: Lineage = lineage) {
  const state = inspectAtRest(path);
  const header = { ...state.header, sizeBytes: sizes[size] ?? state.header.sizeBytes };
  const options = { lineage: of, path, verify: 'counts', isLossAccepted: true } as const;
  return patchCopy(copy, { ...options, state: { ...state, header } });
}

async function patched(path: string, size: keyof typeof sizes): Promise<unknown> {
  const copy = join(makeTempDir(), 'copy.db');
  if (!(await patch(path, copy, size))) return { made: existsSync(copy) };
  const sqlite = new Database(copy, { readonly: true });
  try {
    return describe(sqlite);
  } finally {
    sqlite.close();
  }
}

/** Its bytes where a table or an index of it begins are no page. */
function damage(path: string, name: string): void {
  const bytes = readFileSync(path);
  const sqlite = openImage(withoutWal(Buffer.from(bytes)));
  const root = sqlite.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(name);
  sqlite.close();
  writeFileSync(path, bytes.fill(0xff, (Number(root) - 1) * 4096, Number(root) * 4096));
}

it.each([
  ['', ''],
  ['left in WAL mode', 'PRAGMA journal_mode = WAL'],
])('makes of a large file what it makes of a small one %s', async (_title, more) => {
  const path = writeOld(lineage, more);
  const small = await patched(path, 'small');
  expect(small).toMatchObject({ check: [{ integrity_check: 'ok' }] });
  expect(await patched(path, 'large')).toEqual(small);
});

it.each([
  ['a value that is demanded', 'INSERT INTO calls (took) VALUES (1)'],
  ['a value that a CHECK demands', "INSERT INTO calls (run_id, took) VALUES ('r1', 10)"],
])('leaves a file of any size to a replay where a row lacks %s', async (_title, more) => {
  const path = writeOld(lineage, more);
  for (const size of ['small', 'large'] as const) expect(await patched(path, size)).toEqual({ made: false });
});

it.each(['calls', 'notes', 'calls_run_idx'])('finds damage in a large file: %s', async (name) => {
  const path = writeOld(lineage, "INSERT INTO notes VALUES ('a')");
  damage(path, name);
  const copy = join(makeTempDir(), 'copy.db');
  expect(await rejectionOf(patch(path, copy, 'large'))).toMatchObject({ code: 'FILE_CORRUPT', path });
});

it('checks a large file while it is copied, and waits for both', async () => {
  const path = writeOld(lineage, '');
  damage(path, 'notes');
  const { copyAside } = durableFs;
  onTestFinished(() => void Object.assign(durableFs, { copyAside }));
  const done: string[] = [];
  durableFs.copyAside = async (from, to) => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    done.push('copied');
    return copyAside(from, to);
  };
  const error = await rejectionOf(patch(path, join(makeTempDir(), 'copy.db'), 'large'));
  expect([error.code, done]).toEqual(['FILE_CORRUPT', ['copied']]);
});

it('checks the copy of a large file that cannot be read as it lies', async () => {
  const path = writeOld(lineage, "INSERT INTO notes VALUES ('a'); PRAGMA journal_mode = WAL");
  damage(path, 'notes');
  const { linkSync } = fs;
  const setLink = (link: typeof linkSync) => {
    fs.linkSync = link;
    syncBuiltinESMExports();
  };
  onTestFinished(() => setLink(linkSync));
  let asked = 0;
  setLink(() => {
    asked++;
    throw new Error('no links here');
  });
  const copy = join(makeTempDir(), 'copy.db');
  expect(await rejectionOf(patch(path, copy, 'large'))).toMatchObject({ code: 'FILE_CORRUPT' });
  expect(asked).toBeGreaterThan(0);
});
