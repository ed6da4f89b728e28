export { type SearchHit, type SearchUnifiedOptions, searchUnified } from './search-unified.ts';
