import type { FileIdentity, Lineage } from '@varve/migrations';
import { identifyFile } from '@varve/migrations/internal';
import { onFile } from '../file/file-error.ts';
import { realPath } from '../file/real-path.ts';
import { inspectFile } from './file-state.ts';
import { openSource } from './open-source.ts';

/**
 * How a file stands to head, whatever state it is in. Changes nothing.
 *
 * @throws the codes of `readHeader`; FILE_CORRUPT, FILE_CHANGED, FILE_BUSY
 */
export function identifyArchive(path: string, { lineage }: { readonly lineage: Lineage }): FileIdentity {
  const file = realPath(path);
  return onFile(file, () => {
    const source = openSource(file, inspectFile(file));
    try {
      return identifyFile(source.sqlite, lineage);
    } finally {
      source.close();
    }
  });
}
