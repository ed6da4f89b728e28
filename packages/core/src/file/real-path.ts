import { realpathSync } from 'node:fs';
import { onFile } from './file-error.ts';

/**
 * The file itself, where a path leads over links: what SQLite and varve keep beside a file lies beside that one.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE
 */
export function realPath(path: string): string {
  return onFile(path, () => realpathSync.native(path));
}
