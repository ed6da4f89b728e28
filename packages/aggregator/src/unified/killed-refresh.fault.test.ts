import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { searchUnified } from '../search/search-unified.ts';
import { fingerprint, makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { readUnifiedRows, unionOfUpgraded } from '../testing/unified-rows.ts';
import { openUnified } from './open-unified.ts';

const program = join(import.meta.dirname, '../testing/refresh-program.ts');
const rounds = process.env.VARVE_DEEP === '1' ? 200 : 2;

/** Kills a refresh some milliseconds after it said that so many archives are done, wherever it is by then. */
async function killRefresh(file: string, dir: string, afterDone: number, delayMs: number): Promise<void> {
  const child = spawn(process.execPath, ['--conditions=@varve/source', program, file, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) {
    if (Number(line) < afterDone) continue;
    await setTimeout(delayMs);
    child.kill('SIGKILL');
  }
  await exit;
}

it('is whole after a kill at any moment: rows, full-text index, and one archive a session', {
  timeout: 3_600_000,
}, async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  for (let at = 0; at < 48; at++) writeArchive(join(dir, `${at}.db`), (at % head) + 1, `session ${at % 40}`);
  const before = fingerprint(dir);
  const file = join(work, 'u.db');
  for (let round = 0; round < rounds; round++) {
    rmSync(file, { force: true });
    (await openUnified(file, { lineage, archives: makeFolder(), search: true })).close();
    await killRefresh(file, dir, 8 * (1 + (round % 4)), (round * 7) % 23);
    const sqlite = new Database(file);
    expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
    const counted = sqlite
      .prepare<[], string>(`SELECT path FROM _archives WHERE state = 'unified'`)
      .pluck()
      .all();
    const rows = readUnifiedRows(sqlite, lineage);
    sqlite.exec(`INSERT INTO _search_tool_calls (_search_tool_calls, rank) VALUES ('integrity-check', 1)`);
    sqlite.close();
    expect(rows).toEqual(unionOfUpgraded(counted, lineage, work));
    expect(searchUnified(file, 'grep', { limit: 99 })).toHaveLength(counted.length);
  }
  using unified = await openUnified(file, { lineage, archives: dir });
  expect(unified.report).toMatchObject({ problems: [] });
  expect(unified.report.duplicates).toHaveLength(8);
  expect(unified.db.select().from(unified.tables.sessions).all()).toHaveLength(40);
  expect(fingerprint(dir)).toEqual(before);
});
