import { statSync } from 'node:fs';
import type { FamilyFile } from './family-file.ts';
import type { FormatOptions } from './format/index.ts';

/** A log that was written while it was read is read again next time. */
export function isAsItWas(
  { path, sizeBytes, mtimeMs, format, beside }: FamilyFile,
  readBytes: number,
  options: FormatOptions,
): boolean {
  if (!format.stampBeside) return readBytes === sizeBytes;
  const stats = statSync(path, { throwIfNoEntry: false });
  return (
    stats?.size === sizeBytes && stats.mtimeMs === mtimeMs && format.stampBeside(path, options) === beside
  );
}
