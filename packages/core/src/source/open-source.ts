import { openDatabase } from '../file/index.ts';
import type { FileState } from './file-state.ts';
import { openThroughLink } from './open-through-link.ts';
import { openPrivateCopy } from './private-copy.ts';
import type { Source } from './source.ts';

/** The file itself where that leaves no trace, else a copy. */
export function openSource(path: string, state: FileState): Source {
  if (state.kind !== 'sealed')
    return (isLeftInWal(state) && openThroughLink(path)) || openPrivateCopy(path, state);
  const sqlite = openDatabase(path, { readonly: true });
  return { sqlite, copy: 'none', detach: () => {}, close: () => sqlite.close() };
}

/** Smaller ones are read into memory sooner than a link is made. */
const fewestBytes = 1 << 20;

function isLeftInWal(state: FileState): boolean {
  if (state.kind === 'live' || state.leftovers.length > 0) return false;
  return state.header.isWal && state.header.sizeBytes >= fewestBytes;
}
