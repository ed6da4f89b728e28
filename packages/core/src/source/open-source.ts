import { openDatabase } from '../file/open-database.ts';
import type { FileState } from './file-state.ts';
import { openPrivateCopy } from './private-copy.ts';
import type { Source } from './source.ts';

/** The file itself where that leaves no trace, else a copy. */
export function openSource(path: string, state: FileState): Source {
  if (state.kind !== 'sealed') return openPrivateCopy(path, state);
  const sqlite = openDatabase(path, { readonly: true });
  return { sqlite, copy: 'none', detach: () => {}, close: () => sqlite.close() };
}
