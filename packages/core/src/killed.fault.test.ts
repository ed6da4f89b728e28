import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDatabase } from './file/open-database.ts';
import { openArchive, recoverSessions, upgradeArchive } from './index.ts';
import { head, history as lineage, writeFileAt } from './testing/history.ts';
import { killRounds } from './testing/kill-rounds.ts';
import { makeTempDir } from './testing/temp-dir.ts';

const { decisions } = lineage.tables;
const timeout = 3_600_000;

function readRows(path: string) {
  const sqlite = openDatabase(path, { readonly: true });
  expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
  sqlite.close();
  using archive = openArchive(path, { lineage });
  return {
    version: archive.version,
    summaries: archive.db
      .select()
      .from(decisions)
      .all()
      .map((it) => it.summary),
  };
}

const durabilities = [{ durability: 'power' }, { durability: 'process' }];
const killedTitle =
  'keeps every recorded row of a session that is killed at any moment, durable past the $durability';

it.each(durabilities)(killedTitle, { timeout }, async ({ durability }) => {
  let dir = '';
  await killRounds({
    program: 'record-program.ts',
    longestMs: 400,
    prepare: () => {
      dir = makeTempDir();
      return [join(dir, 'live'), durability];
    },
    check: (_round, lines) => {
      const archiveDir = join(dir, 'archives');
      const { sealed, failed } = recoverSessions(join(dir, 'live'), { lineage, archiveDir });
      expect([sealed.length, failed]).toEqual([1, []]);
      const { summaries } = readRows(sealed[0] ?? '');
      expect(summaries.length).toBeGreaterThanOrEqual(Number(lines.at(-1)));
      expect(summaries.map((it) => Number.parseInt(it, 10))).toEqual(summaries.map((_, at) => at + 1));
      expect(readdirSync(join(dir, 'live'))).toEqual([]);
      return summaries.length > Number(lines.at(-1));
    },
  });
});

it.each([
  ['sealing', 'seal-program.ts'],
  ['sealing aside', 'seal-aside-program.ts'],
])('has every session whole, live or sealed, whenever %s is killed', { timeout }, async (_, program) => {
  let dir = '';
  await killRounds({
    program,
    longestMs: 400,
    prepare: () => {
      dir = makeTempDir();
      return [join(dir, 'live'), join(dir, 'archives')];
    },
    check: (_round, lines) => {
      const [live, archiveDir] = [join(dir, 'live'), join(dir, 'archives')];
      const isSealed = (id: string) => existsSync(join(archiveDir, `${id}.db`));
      for (const line of lines) if (!line.includes(' ')) expect(isSealed(line)).toBe(true);
      const wasSealing = lines.at(-1)?.includes(' ') ?? false;
      expect(recoverSessions(live, { lineage, archiveDir }).failed).toEqual([]);
      expect(readdirSync(live)).toEqual([]);
      for (const line of lines.filter((it) => it.includes(' '))) {
        const [id = '', rows] = line.split(' ');
        expect(readRows(join(archiveDir, `${id}.db`)).summaries).toHaveLength(Number(rows));
      }
      expect(readdirSync(archiveDir).every((name) => name.endsWith('.db'))).toBe(true);
      return wasSealing;
    },
  });
});

it('has every archive whole, at its old version or at head, whenever an upgrade is killed', {
  timeout,
}, async () => {
  const models = [1, 2, 3, 4].map((version) => writeFileAt(makeTempDir(), version, { decisions: 40 }));
  const originals = models.map((path) => readFileSync(path));
  let [dir, backupDir] = ['', ''];
  await killRounds({
    program: 'upgrade-program.ts',
    longestMs: 250,
    prepare: () => {
      [dir, backupDir] = [makeTempDir(), makeTempDir()];
      for (let at = 0; at < 40; at++) writeFileSync(join(dir, `${at}.db`), originals[at % 4] ?? '');
      return [dir, backupDir];
    },
    check: async (_round, lines) => {
      const isCutShort = readdirSync(dir).length > 40;
      for (let at = 0; at < 40; at++) {
        const path = join(dir, `${at}.db`);
        const { version, summaries } = readRows(path);
        expect([summaries.length, [(at % 4) + 1, head]]).toEqual([40, expect.arrayContaining([version])]);
        if (version < head) expect(readFileSync(path).equals(originals[at % 4] ?? Buffer.of())).toBe(true);
        if (lines.includes(`${at}.db`)) expect(version).toBe(head);
        await upgradeArchive(path, { lineage, backupDir });
        expect(readRows(path)).toMatchObject({ version: head, summaries });
        if (version < head)
          expect(readFileSync(join(backupDir, `${at}.db`)).equals(originals[at % 4] ?? Buffer.of())).toBe(
            true,
          );
      }
      expect(readdirSync(dir)).toHaveLength(40);
      return isCutShort;
    },
  });
});
