export { foldTexts, unfoldTexts } from './fold-texts.ts';
export { inPieces } from './in-pieces.ts';
export { lenientRow, withoutRefused } from './lenient-row.ts';
export {
  type EncodedRow,
  isTimelineTable,
  type Row,
  type RowEncoder,
  rowEncoderOf,
  type TimelinePlace,
} from './row-encoder.ts';
export { constraintError } from './row-error.ts';
export type { ReadonlyDb, RecordKey, RecordValues, TableOf } from './table-types.ts';
