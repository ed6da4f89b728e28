import { join, relative, sep } from 'node:path';
import { VarveError } from '@varve/schema/errors';
import { onFile } from './file-error.ts';
import { lstatOf } from './look-beside.ts';

/**
 * Checks that what is to be written or removed lies below a folder that was named, and that no link is met on the way
 * from there, nor at the end.
 *
 * @throws FILE_UNREADABLE with `details.link`
 */
export function assertNoLink(path: string, root: string): void {
  const parts = relative(root, path).split(sep);
  let at = root;
  for (const part of parts) {
    at = join(at, part);
    if (part === '..' || onFile(path, () => lstatOf(at))?.isSymbolicLink()) throw elsewhereError(path, at);
  }
}

function elsewhereError(path: string, link: string): VarveError {
  return new VarveError(
    'FILE_UNREADABLE',
    'the way to it leads out of the folder that was named, over a link',
    {
      path,
      hint: 'links are followed where they are named, not where they are met: name the folder that it leads to',
      details: { link },
    },
  );
}
