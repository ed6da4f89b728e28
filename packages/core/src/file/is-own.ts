import { lstatSync } from 'node:fs';

/** Whether this is a folder, no link to one, of the user that this process runs as. */
export function isOwn(dir: string): boolean {
  const stat = lstatSync(dir, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && (process.getuid === undefined || stat.uid === process.getuid());
}
