import { searchUnified } from '@varve/aggregator';
import { fileKey } from '../sources/index.ts';
import { splitSnippet, splitWords, toMatch } from './search-words.ts';
import type { FoundText, TextSearch } from './text-search.ts';

/** Searches a unified view by its own full-text index. */
export class ViewSearch implements TextSearch {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  find(words: string, limit: number): readonly FoundText[] {
    const terms = splitWords(words);
    const hits = searchUnified(this.#file, toMatch(words), { limit });
    const byFile = new Map(hits.map((hit) => [hit.archive, hit.snippet] as const).reverse());
    return [...byFile]
      .reverse()
      .map(([path, snippet]) => ({ file: fileKey(path), snippet: splitSnippet(snippet, terms) }));
  }

  progress(): null {
    return null;
  }

  close(): void {}
}
