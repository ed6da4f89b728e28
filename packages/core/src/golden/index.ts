export { defineFixture, type Fixture, freezeArchive } from './freeze-archive.ts';
export { findGoldenChanges } from './golden-lock.ts';
