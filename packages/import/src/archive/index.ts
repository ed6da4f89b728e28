export { archiveName } from './archive-name.ts';
export type { HeldRow } from './held-rows.ts';
export { type ImportedArchive, type ParentFacts, readImported } from './read-imported.ts';
export { removeArchive } from './remove-archive.ts';
export type { ModelCallRow, SessionFacts, SourceRow, ToolCallRow } from './rows.ts';
export type { Memory } from './session-mind.ts';
export { type SavedWriter, SessionWriter } from './session-writer.ts';
export { Shelf } from './shelf.ts';
