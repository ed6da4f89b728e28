import { openDatabase } from '../file/index.ts';
import type { FileState } from './file-state.ts';
import { isLeftInWal, openThroughLink } from './open-through-link.ts';
import { openPrivateCopy } from './private-copy.ts';
import type { Source } from './source.ts';

/** The file itself where that leaves no trace, else a copy. */
export function openSource(path: string, state: FileState): Source {
  return openInPlace(path, state) ?? openPrivateCopy(path, state);
}

/** The file itself; undefined where that would leave a trace, or takes longer than to copy it. */
export function openInPlace(path: string, state: FileState): Source | undefined {
  if (state.kind !== 'sealed')
    return isLeftInWal(state) && isLarge(state) ? openThroughLink(path) : undefined;
  const sqlite = openDatabase(path, { readonly: true });
  return { sqlite, copy: 'none', detach: () => {}, close: () => sqlite.close() };
}

/** Smaller ones are read into memory sooner than a link is made. */
const fewestBytes = 1 << 20;

function isLarge(state: FileState): boolean {
  return state.kind !== 'live' && state.header.sizeBytes >= fewestBytes;
}
