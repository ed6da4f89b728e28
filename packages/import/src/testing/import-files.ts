import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { importLogs } from '../import-logs.ts';
import type { ImportLogsOptions } from '../import-logs-options.ts';
import { dumpArchives } from './dump-archives.ts';

/** Writes logs into a folder and imports them. */
export async function importFiles(
  format: string,
  files: Record<string, string>,
  options: Partial<ImportLogsOptions> = {},
) {
  const [from, into] = [makeTestFolder(), makeTestFolder()];
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(from, name)), { recursive: true });
    writeFileSync(join(from, name), text);
  }
  const report = await importLogs(format, from, { into, ...options });
  return { report, dumps: dumpArchives(into), from, into };
}

/** A moment of a day, by its second. */
export const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
