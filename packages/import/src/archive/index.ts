export { archiveName } from './archive-name.ts';
export { readSources } from './read-sources.ts';
export { removeArchive } from './remove-archive.ts';
export type { ModelCallRow, SourceRow, ToolCallRow } from './rows.ts';
export { type HeldRow, SessionWriter } from './session-writer.ts';
