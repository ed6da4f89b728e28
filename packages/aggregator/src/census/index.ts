export { type CensusOptions, census } from './census.ts';
export type { Census, CensusFile, CountedVersion } from './census-sum.ts';
export type { ArchiveState, CountedArchive } from './count-archive.ts';
