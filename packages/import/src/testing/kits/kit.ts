/** What a log's model calls used, and how many calls of tools it holds, by what was put in. */
export interface Totals {
  readonly input: number;
  readonly output: number;
  readonly cached: number;
  readonly reasoning: number;
  readonly usd: number;
  readonly calls: number;
}

export const noTotals: Totals = { input: 0, output: 0, cached: 0, reasoning: 0, usd: 0, calls: 0 };

/** One thing that happened, as the log tells of it, and what it adds to the totals. */
export interface Told {
  readonly text: string;
  readonly adds?: Partial<Totals>;
}

/** Logs of one format, made of things that happen in any order: a move each. */
export interface LogKit {
  readonly format: string;
  /** Told apart where a format has several layouts. */
  readonly name: string;
  readonly moves: readonly string[];
  /** The log in which these happened, by path, and what they come to. */
  make(moves: readonly string[]): MadeLog;
}

export interface MadeLog {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly totals: Totals;
}

export function addUp(told: readonly Partial<Totals>[]): Totals {
  const sum: Record<keyof Totals, number> = { ...noTotals };
  for (const it of told) for (const key of keys) sum[key] += it[key] ?? 0;
  return sum;
}

const keys = Object.keys(noTotals) as (keyof Totals)[];

export const timeAt = (n: number): string => new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString();
export const msAt = (n: number): number => Date.UTC(2026, 0, 1) + n * 1000;
export const lineOf = (value: unknown): string => `${JSON.stringify(value)}\n`;

/** A line a writer was killed in, one of another program, one in another encoding, and blank ones. */
export const strayLines: Readonly<Record<string, string>> = {
  torn: '{"type":"user","message":{"conte\n',
  foreign: '{"a":1}\n',
  'no object': '[1]\n',
  'not UTF-8': '\u{0}\u{fffd}\n',
  'blank lines': '\n\r\n  \n',
};
