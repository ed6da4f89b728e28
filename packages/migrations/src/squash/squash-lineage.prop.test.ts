import { VarveError } from '@varve/schema';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { identifyFile } from '../ledger/identify.ts';
import { compileLens } from '../lens/compile-lens.ts';
import { type Lineage, lineageAt } from '../lineage/lineage.ts';
import { replayMigrations } from '../replay/replay.ts';
import { isDecidedByChance } from '../testing/lineages/is-decided-by-chance.ts';
import { lineageSamples } from '../testing/lineages/sample-lineage.ts';
import { dumpDatabase } from '../testing/test-lineage.ts';
import { squashLineage } from './squash-lineage.ts';

const isDeep = process.env.VARVE_DEEP === '1';
const runs = isDeep ? 2_000 : 40;

/** What a file holds at head, or why its rows do not get there. */
function atHead(file: Buffer, lineage: Lineage): unknown {
  const sqlite = new Database(file);
  try {
    replayMigrations(sqlite, lineage);
    return { ...dumpDatabase(sqlite), hint: sqlite.pragma('user_version', { simple: true }) };
  } catch (error) {
    return error instanceof Error && error.message.replace(/statement \d+/, '');
  } finally {
    sqlite.close();
  }
}

function lensOf(lineage: Lineage, from: number): unknown {
  const { tables, views, refusal, setup } = compileLens(lineage, from);
  const selects = tables.map(({ name, strategy, select }) => ({ name, strategy, sql: select('main') }));
  return { selects, views, refusal, setup };
}

it('reads, replays and stamps a file by the squashed lineage as by the whole one', {
  timeout: 3_600_000,
}, () => {
  let compared = 0;
  fc.assert(
    fc.property(lineageSamples(isDeep ? 'large' : 'small'), fc.nat(99), (sample, nat) => {
      const { lineage, from, rows } = sample;
      fc.pre(from >= 2 && !isDecidedByChance(sample));
      const through = 2 + (nat % (from - 1));
      let squashed: Lineage;
      try {
        squashed = squashLineage(lineage, through);
      } catch (error) {
        expect(error).toBeInstanceOf(VarveError);
        return;
      }
      const sqlite = new Database(':memory:');
      replayMigrations(sqlite, lineageAt(lineage, from));
      sqlite.pragma('foreign_keys = OFF');
      for (const row of rows) sqlite.exec(row);
      const version = from - through + 1;
      expect(identifyFile(sqlite, squashed).version).toBe(version);
      const file = sqlite.serialize();
      sqlite.close();
      expect(atHead(file, squashed)).toEqual(atHead(file, lineage));
      expect(lensOf(squashed, version)).toEqual(lensOf(lineage, from));
      compared += 1;
    }),
    { numRuns: runs },
  );
  expect(compared).toBeGreaterThan(runs / 2);
});
