import { lstatSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { durableFs, isStoreUrl, onFile } from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import { withFolderLock } from './folder-lock.ts';
import { findFormats } from './format/index.ts';
import type { ImportLogsOptions } from './import-logs-options.ts';
import type { ImportReport } from './import-report.ts';
import { ImportRun } from './import-run.ts';
import { leaveOutBeside } from './leave-out-beside.ts';
import { walkLogs } from './log/index.ts';

/**
 * Reads logs of other agents into archives, one a session, named by the session's id. Done again, it reads only logs
 * that have changed, and replaces only archives that come out otherwise; archives whose logs are gone stay.
 *
 * @param format One of `formatNames`; `auto` recognises each log.
 * @param paths Logs, and folders that are searched through.
 * @throws USAGE for an unknown format, for a bucket, and for a file in place of the folder; FILE_BUSY while another import writes
 * into the folder; FILE_READ_ONLY; INTERRUPTED when the signal aborts it: what was finished by then stays, and the next import
 * goes on from there.
 * What is wrong with single logs is in the report.
 *
 * @example
 * ```ts
 * import { mkdirSync, writeFileSync } from 'node:fs';
 * import { importLogs } from '@varve/import';
 *
 * mkdirSync('logs', { recursive: true });
 * const messages = [
 *   { role: 'user', content: 'hello' },
 *   { role: 'assistant', content: 'hi' },
 * ];
 * writeFileSync('logs/chat.jsonl', `${JSON.stringify({ messages })}\n`);
 *
 * const report = await importLogs('openai-chat', 'logs', { into: 'archives' });
 * console.log(report.added); // 1
 * ```
 */
export async function importLogs(
  format: string,
  paths: string | readonly string[],
  options: ImportLogsOptions,
): Promise<ImportReport> {
  const formats = findFormats(format);
  assertHere([...[paths].flat(), options.into]);
  const into = resolve(options.into);
  const isThere = onFile(into, () => hasFolder(into), 'write');
  const { files, problems } = walkLogs([paths].flat(), into);
  const found = { files: leaveOutBeside(files, formats), problems };
  const begin = (more?: Partial<ImportLogsOptions>) =>
    new ImportRun(formats, found, { ...options, ...more, into });
  if (options.dryRun) return begin().run();
  const settled = begin().reportIfSettled();
  if (settled) return settled;
  // What is wrong with the paths is told, and no folder made for nothing.
  if (!isThere && !begin().hasLogs()) return begin({ dryRun: true }).run();
  onFile(into, () => durableFs.makeDir(into), 'write');
  return withFolderLock(into, () => begin().run());
}

/** Whether it is there already, and nothing else in its place. */
function hasFolder(into: string): boolean {
  for (let path = into; ; path = dirname(path)) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory()) return path === into;
    if (stats ?? isLinkToNothing(path)) throw inItsPlace(path);
    if (path === dirname(path)) return false;
  }
}

function isLinkToNothing(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

function inItsPlace(path: string): VarveError {
  return new VarveError('USAGE', 'there is a file where the folder of the archives is to be', {
    path,
    hint: 'name a folder, or a path at which one can be made',
  });
}

function assertHere(places: readonly string[]): void {
  const [url] = places.filter(isStoreUrl);
  if (url === undefined) return;
  throw new VarveError('USAGE', 'logs are read on this machine, and their archives written here', {
    path: url,
    hint: 'fetch the logs first; put the archives into a bucket with varve push',
  });
}
