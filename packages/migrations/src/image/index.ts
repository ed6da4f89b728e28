export { isPlainFile, releasePages } from './free-pages.ts';
export { type ImageLayout, isEmptyTree, readLayout, unlessOdd } from './layout.ts';
export { ledgerKey } from './ledger-key.ts';
export { pagesOf } from './pages.ts';
export { readRecord, recordOf } from './record.ts';
export { holdSameRows, isSameTree, type TreeIn } from './same-rows.ts';
export { planTree, type RowToWrite, writeTree } from './write-tree.ts';
