import type { FamilyFile } from './family-file.ts';
import { type FormatOptions, type LogReading, readLog } from './format/index.ts';

const nothingPast = { get: () => undefined, leave: () => {}, passOver: () => {} };

/** Counts what a log holds of which another one tells all. */
export async function readCopy(
  { path, mtimeMs, sample, format }: FamilyFile,
  options: FormatOptions,
  signal: AbortSignal | undefined,
): Promise<LogReading | undefined> {
  const mapper = { map: () => 'repeated' };
  return readLog(format, { path, mtimeMs, sample, options }, mapper, { signal, past: nothingPast });
}
