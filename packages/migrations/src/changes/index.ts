export { findLosses, type Loss } from './find-losses.ts';
export { MigrationChanges } from './migration-changes.ts';
export { nameAtHead } from './name-at-head.ts';
