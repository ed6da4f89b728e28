import { closeSync } from 'node:fs';
import { statOf } from './sidecars.ts';

/** A reader that never ends is not to cost the process all its descriptors. */
const mostWaiting = 64;
let waiting: readonly { readonly file: number; readonly path: string }[] = [];

/**
 * Closes an open database file that SQLite has closed, as soon as nobody reads it, which its WAL tells: to close it drops the
 * locks that a reader in this process has on it (https://www.sqlite.org/howtocorrupt.html, 2.2). It is looked for again when
 * the next is let go of.
 */
export function letGo(file: number, path: string): void {
  const all = [...waiting, { file, path }];
  const read = all.filter((it) => statOf(`${it.path}-wal`) !== undefined);
  waiting = read.slice(-mostWaiting);
  for (const it of all) if (!waiting.includes(it)) closeSync(it.file);
}
