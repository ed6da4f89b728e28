import { InvalidArgumentError } from 'commander';

const units = { h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** Commander's reader of a moment in the past, as milliseconds since 1970: a date, or how long ago. */
export function parseSince(text: string, nowMs: number = Date.now()): number {
  const ago = /^(\d{1,5})([hdw])$/.exec(text);
  if (ago) return nowMs - Number(ago[1]) * units[ago[2] as keyof typeof units];
  const ms = /^\d{4}-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new InvalidArgumentError('give a date such as 2026-11-26, or an age such as 36h, 30d or 2w');
}
