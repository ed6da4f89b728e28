export { type ImageLayout, isEmptyTree, readLayout } from './layout.ts';
export { ledgerKey } from './ledger-key.ts';
export { holdSameRows, isSameTree, type TreeIn } from './same-rows.ts';
