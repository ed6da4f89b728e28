import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { census } from '../census/census.ts';
import { queryArchives } from '../query/query-archives.ts';
import { makeFolder, writeArchive } from '../testing/archives.ts';
import { lineage } from '../testing/fixture-lineage.ts';
import { openUnified } from '../unified/open-unified.ts';
import { upgradeArchives } from '../upgrade/upgrade-archives.ts';

const suffixes = ['-wal', '-journal', '-shm', '-lock'];

/** An archive beside which something odd lies, for each suffix and kind; and two that are sound. */
function writeOddFleet(dir: string): string[] {
  for (const name of ['sound 1', 'sound 2']) writeArchive(join(dir, `${name}.db`), 1);
  return suffixes.flatMap((suffix) => {
    const [pipe, loop, folder] = ['pipe', 'loop', 'folder'].map((kind) =>
      writeArchive(join(dir, `${kind}${suffix}.db`), 1),
    ) as [string, string, string];
    execFileSync('mkfifo', [pipe + suffix]);
    symlinkSync(loop + suffix, loop + suffix);
    mkdirSync(folder + suffix);
    return [pipe, loop, folder];
  });
}

it.skipIf(process.platform === 'win32')(
  'names what lies oddly beside an archive, waits for none of it, and does the rest',
  async () => {
    const [dir, work] = [makeFolder(), makeFolder()];
    const odd = writeOddFleet(dir).sort();
    const named = (problems: readonly { path: string; code: string }[]) => {
      expect(problems.every(({ code }) => code === 'FILE_UNREADABLE')).toBe(true);
      return problems.map(({ path }) => path).sort();
    };
    expect(named(census(dir, { lineage }).problems).every((path) => odd.includes(path))).toBe(true);
    const answer = await queryArchives(dir, 'SELECT count(*) FROM sessions', { lineage });
    expect([answer.rows, named(answer.problems)]).toEqual([[[2n]], odd]);
    using unified = await openUnified(join(work, 'u.db'), { lineage, archives: dir });
    expect(unified.sqlite.prepare('SELECT count(*) FROM sessions').pluck().get()).toBe(2);
    expect(named(unified.problems)).toEqual(odd);
    const { upgraded, failed } = await upgradeArchives(dir, { lineage, acceptLoss: true });
    expect([upgraded, named(failed)]).toEqual([2, odd]);
  },
);
