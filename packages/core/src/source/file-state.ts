import {
  type Beside,
  type FileHeader,
  leftoverSuffixes,
  lookBeside,
  onFile,
  readHeader,
  statOf,
} from '../file/index.ts';
import { type LockHolder, lockHolder } from '../lock/index.ts';

/**
 * How a file lies there. `sealed` can be read in place, with nothing appearing beside it; `unsealed` was closed or
 * abandoned by a writer in WAL mode, or in the middle of a commit; `live` has a writer now.
 */
export type FileState = FileAtRest | { readonly kind: 'live'; readonly holder: LockHolder };

export interface FileAtRest {
  readonly kind: 'sealed' | 'unsealed';
  readonly header: FileHeader;
  /** The files beside it that hold something. */
  readonly leftovers: readonly string[];
}

/**
 * Looks at a file without SQLite, or, where a writer has it open, without touching it: even this process may be that
 * writer, and closing the file would drop its locks.
 *
 * @throws the codes of `readHeader`; FILE_UNREADABLE when something odd lies beside it
 */
export function inspectFile(path: string, beside = lookBeside(path)): FileState {
  const mayBeLive = beside['-wal'] ?? beside['-lock'];
  const holder = mayBeLive && onFile(path, () => lockHolder(path));
  if (holder) return { kind: 'live', holder };
  // Whether a writer holds it may have taken a while to see.
  return inspectAtRest(path, mayBeLive ? lookBeside(path) : beside);
}

/** Looks at a file that no writer has open. */
export function inspectAtRest(path: string, beside = lookBeside(path)): FileAtRest {
  const leftovers = leftoverSuffixes.filter((suffix) => beside[suffix]?.size).map((suffix) => path + suffix);
  const header = readHeader(path);
  return { kind: header.isWal || leftovers.length > 0 ? 'unsealed' : 'sealed', header, leftovers };
}

/** Changes when a file, or what lies beside it, does. */
export function fingerprint(path: string, beside?: Beside): string {
  return [statOf(path), ...leftoverSuffixes.map((it) => (beside ? beside[it] : statOf(path + it)))]
    .map((stat) => stat && `${stat.ino} ${stat.size} ${stat.mtimeNs}`)
    .join();
}
