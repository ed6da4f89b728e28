import type { SearchProgress, Snippet } from '../api/index.ts';

/** Finds words in the texts of sessions. */
export interface TextSearch {
  /** The best files first, with the words around what was found where that is known already. @throws SQL_FAILED */
  find(words: string, limit: number): readonly FoundText[];
  /** Null when all can be searched from the start. */
  progress(): SearchProgress | null;
  close(): void;
}

export interface FoundText {
  /** The file's key. */
  readonly file: string;
  readonly snippet: Snippet | undefined;
}
