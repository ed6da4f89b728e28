import type { Snippet } from '../api/index.ts';
import type { SessionFile, SessionSource } from '../sources/index.ts';
import { textSelects } from './archive-search.ts';
import { cutSnippet } from './search-words.ts';

/** The words around what was searched for in a file, read from it again; undefined where they stand nowhere in one piece. */
export async function readSnippet(
  source: SessionSource,
  file: SessionFile,
  terms: readonly string[],
): Promise<Snippet | undefined> {
  try {
    await source.remote?.fetch(file);
    const open = source.open(file);
    try {
      for (const sql of textSelects(source.shape)) {
        for (const text of open.sqlite.prepare<[], string | null>(sql).pluck().iterate()) {
          const snippet = text === null ? undefined : cutSnippet(text, terms);
          if (snippet !== undefined) return snippet;
        }
      }
      return undefined;
    } finally {
      open.close();
    }
  } catch {
    return undefined;
  }
}
