import type { Migration } from '../lineage/index.ts';

/** A row that ledgers have for a migration. */
export interface LedgerStep {
  readonly name: string;
  readonly createdAtMs: number;
  /** The first is the one that varve writes; Drizzle may have stored any. */
  readonly hashes: readonly string[];
}

/** What a baseline says, in the comments it begins with, of the migrations that were folded into it. */
export interface BaselineHeader {
  readonly folded: readonly LedgerStep[];
  /** Baselines that were folded in their turn: plain Drizzle may have applied one as if it were any migration. */
  readonly earlier: readonly EarlierBaseline[];
}

export interface EarlierBaseline {
  readonly hashes: readonly string[];
  /** How many of the folded migrations it stands for, from the first. */
  readonly count: number;
}

const cache = new WeakMap<Migration, BaselineHeader>();

const introduction =
  '-- Written by varve squash: what the migrations below made. A file that has had them all has had this one.\n';

export function renderBaselineHeader({ folded, earlier }: BaselineHeader): string {
  const steps = folded.map(
    ({ name, createdAtMs, hashes }) => `-- varve-folded ${createdAtMs} ${hashes.join(',')} ${name}\n`,
  );
  const baselines = earlier.map(({ hashes, count }) => `-- varve-baseline ${count} ${hashes.join(',')}\n`);
  return introduction + [...steps, ...baselines].join('');
}

/** Nothing is folded into any other migration. */
export function readBaselineHeader(migration: Migration): BaselineHeader {
  const known = cache.get(migration);
  if (known) return known;
  const [comments = ''] = /^(?:--[^\n]*\n)*/.exec(migration.sql) ?? [];
  const header = {
    folded: [...comments.matchAll(/^-- varve-folded (\d+) ([0-9a-f,]+) (.+)$/gm)].map(
      ([, stamp, hashes = '', name = '']) => ({
        name,
        createdAtMs: Number(stamp),
        hashes: hashes.split(','),
      }),
    ),
    earlier: [...comments.matchAll(/^-- varve-baseline (\d+) ([0-9a-f,]+)$/gm)].map(
      ([, count, hashes = '']) => ({ hashes: hashes.split(','), count: Number(count) }),
    ),
  };
  cache.set(migration, header);
  return header;
}
