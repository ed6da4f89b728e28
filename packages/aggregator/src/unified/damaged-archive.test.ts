import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { queryArchives } from '../query/query-archives.ts';
import { makeFolder, writeArchive } from '../testing/archives.ts';
import { damagePage, listPages } from '../testing/damage.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { readUnifiedRows, type UnifiedRows, unionOfUpgraded } from '../testing/unified-rows.ts';
import { openUnified } from './open-unified.ts';

const models = new Map<number, Buffer>();

/** With a row on overflow pages, and a table and an index with interior pages. */
function makeModel(version: number): Buffer {
  const path = writeArchive(join(makeFolder(), 'model.db'), version, 'session 0000');
  const sqlite = new Database(path);
  sqlite.exec(`UPDATE sessions SET agent = hex(zeroblob(10000));
    INSERT INTO tool_calls (seq, session_id, ${version < 3 ? 'tool' : 'tool_name'})
      SELECT value + 10, 'session 0000', hex(zeroblob(value)) FROM json_each('[${[...Array(300).keys()]}]')`);
  sqlite.close();
  return readFileSync(path);
}

/** Archives of all versions in turn, each of a session of its own. */
function writeFleet(dir: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => {
    const version = (at % head) + 1;
    const model = models.get(version) ?? makeModel(version);
    models.set(version, model);
    const path = join(dir, `${String(at).padStart(4, '0')}.db`);
    const id = `session ${String(at).padStart(4, '0')}`;
    const text = model.toString('latin1').replaceAll('session 0000', id);
    writeFileSync(path, Buffer.from(text, 'latin1'));
    return path;
  });
}

/** The rows of one archive, and those of all others. */
function divide(rows: UnifiedRows, path: string): [UnifiedRows, UnifiedRows] {
  const pick = (isWanted: (row: unknown[]) => boolean) =>
    Object.fromEntries(Object.entries(rows).map(([table, list]) => [table, list.filter(isWanted)]));
  return [pick((row) => row[0] === path), pick((row) => row[0] !== path)];
}

function isEmpty(rows: UnifiedRows): boolean {
  return Object.values(rows).every((list) => list.length === 0);
}

describe.each([1, head])('of an archive of version %i', (version) => {
  it('one damaged page costs no other archive a row, in a view or in a query', async () => {
    const [dir, work] = [makeFolder(), makeFolder()];
    const paths = writeFleet(dir, head + 2);
    const damaged = paths[version - 1] as string;
    const expected = unionOfUpgraded(paths, lineage, work);
    const [whole, others] = divide(expected, damaged);
    const original = join(work, 'original.db');
    copyFileSync(damaged, original);
    let failures = 0;
    for (const [at, { what, page }] of listPages(original).entries()) {
      copyFileSync(original, damaged);
      damagePage(damaged, page);
      using unified = await openUnified(join(work, `${at}.db`), { lineage, archives: dir });
      const [left, rest] = divide(readUnifiedRows(unified.sqlite, lineage), damaged);
      expect(rest, what).toEqual(others);
      const named = unified.problems.map(({ path, code }) => [path, code]);
      if (isEmpty(left)) {
        expect(named, what).toEqual([[damaged, 'FILE_CORRUPT']]);
        failures++;
      } else expect([left, named], what).toEqual([whole, []]);
      const answer = await queryArchives(dir, 'SELECT count(*) FROM tool_calls WHERE tool_name IS NOT NULL', {
        lineage,
      });
      expect(answer.rows[0]?.[0], what).toBeOneOf([
        BigInt(others.tool_calls?.length ?? 0),
        BigInt(expected.tool_calls?.length ?? 0),
      ]);
      expect(answer.problems.every((problem) => problem.path === damaged)).toBe(true);
    }
    expect(failures).toBeGreaterThan(3);
  });
});

describe.each([1, 2])('with %i jobs', (jobs) => {
  it('damaged archives among a thousand are named, and the others read to the last row', async () => {
    const [dir, work] = [makeFolder(), makeFolder()];
    const paths = writeFleet(dir, 1005);
    const damaged = [0, 7, 8, 500, 1004].map((at) => paths[at] as string);
    for (const path of damaged) {
      const root = listPages(path).find(({ what }) => what === 'table tool_calls');
      damagePage(path, root?.page ?? 0);
    }
    using unified = await openUnified(join(work, 'u.db'), { lineage, archives: dir, jobs });
    expect(unified.problems.map(({ path, code }) => [basename(path), code])).toEqual(
      damaged.map((path) => [basename(path), 'FILE_CORRUPT']),
    );
    const counts = unified.sqlite
      .prepare(`SELECT path FROM _archives WHERE (SELECT count(*) FROM tool_calls WHERE _archive = id) = 303`)
      .pluck()
      .all();
    expect(counts.sort()).toEqual(paths.filter((path) => !damaged.includes(path)));
    const again = await unified.refresh();
    expect([again.added, again.changed, again.problems.length]).toEqual([0, 5, 5]);
  });
});
