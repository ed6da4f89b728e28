import { unlinkSync } from 'node:fs';

/** Faster than `rmSync`, which looks first. */
export function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
