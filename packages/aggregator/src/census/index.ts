export {
  type ArchiveState,
  type Census,
  type CensusOptions,
  type CountedArchive,
  type CountedVersion,
  census,
} from './census.ts';
