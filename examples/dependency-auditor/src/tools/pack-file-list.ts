import { gzipSync } from 'node:zlib';
import { listFiles } from './list-files.ts';

/** The package's files and their sizes, a line each, as gzip: small enough to keep with the session. */
export function packFileList(folder: string): Buffer {
  const lines = listFiles(folder).map(({ path, sizeBytes }) => `${sizeBytes}\t${path}\n`);
  return gzipSync(lines.join(''));
}
