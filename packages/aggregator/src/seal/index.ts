export {
  type SealArchivesOptions,
  type SealedArchive,
  type SealReport,
  sealArchives,
} from './seal-archives.ts';
