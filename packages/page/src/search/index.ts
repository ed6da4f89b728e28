export { findSearch } from './find-search.ts';
export { readSnippet } from './read-snippet.ts';
export { splitWords } from './search-words.ts';
export type { TextSearch } from './text-search.ts';
