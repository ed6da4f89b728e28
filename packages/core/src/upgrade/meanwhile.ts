import type { FileAtRest } from '../source/index.ts';

const fewestBytes = 32 * 1024 * 1024;

/** Whether it is worth while to work while the disk has to do with a file: of a smaller one it is done too soon. */
export function isLarge({ header }: Pick<FileAtRest, 'header'>): boolean {
  return header.sizeBytes >= fewestBytes;
}

/** Does work while something else is under way, and waits for both. */
export async function meanwhile<T>(aside: Promise<void>, work: () => T): Promise<T> {
  // A fault of the disk is told once: it must not be missed.
  const [ended, done] = await Promise.allSettled([aside, (async () => work())()]);
  if (done.status === 'rejected') throw done.reason;
  if (ended.status === 'rejected') throw ended.reason;
  return done.value;
}
