export { ArchiveDraft } from './archive-draft.ts';
