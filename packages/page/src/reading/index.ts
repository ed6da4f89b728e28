export { blobType, isBlobCell, toCell } from './cells.ts';
export { readLensDifference } from './lens-difference.ts';
export { problemOfError } from './problem-of-error.ts';
export { readAllRows } from './read-all-rows.ts';
export { readDetail } from './read-detail.ts';
export { readBytes, readMessages, readRow, readTablePage } from './read-row.ts';
export { type SessionSummary, summariseArchives, summariseFile } from './summarise-file.ts';
