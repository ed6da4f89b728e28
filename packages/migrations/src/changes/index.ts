export { findLosses, type Loss } from './find-losses.ts';
export { MigrationChanges } from './migration-changes.ts';
