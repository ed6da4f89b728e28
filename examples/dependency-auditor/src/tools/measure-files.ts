import { extname } from 'node:path';
import { listFiles } from './list-files.ts';

/** How many files a package has, how large they are, and what kinds. */
export function measureFiles(folder: string) {
  const files = listFiles(folder);
  const countByExtension: Record<string, number> = {};
  for (const { path } of files) {
    const extension = extname(path) || 'none';
    countByExtension[extension] = (countByExtension[extension] ?? 0) + 1;
  }
  return {
    fileCount: files.length,
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    countByExtension,
  };
}
