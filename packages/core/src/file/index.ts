export { assertNoLink } from './assert-no-link.ts';
export { assertNotEmpty } from './assert-not-empty.ts';
export { assertShape, columnsAt, compareWithNewer, findShapeDifferences } from './assert-shape.ts';
export { assertSound, assertTablesSound, isSoundBut } from './assert-sound.ts';
export { assertWholePages } from './assert-whole-pages.ts';
export { atDeath } from './at-death.ts';
export { assertRoom } from './copy-file.ts';
export { durableFs } from './durable-fs.ts';
export { fileError, onFile } from './file-error.ts';
export { type FileHeader, headerSizeBytes, parseStart, readHeader, readHeldHeader } from './file-header.ts';
export { FileShapes } from './file-shape.ts';
export { hashFile } from './hash-file.ts';
export { isRunning } from './is-running.ts';
export { leaveWal } from './leave-wal.ts';
export { letGo } from './let-go.ts';
export { linkAside } from './link-aside.ts';
export { type Beside, lookBeside, lstatOf } from './look-beside.ts';
export {
  assertNameIsFree,
  copyInto,
  isSameContent,
  linkInto,
  linkless,
  makeReadOnly,
  moveInto,
  nameIn,
} from './move-into.ts';
export {
  assertExactPath,
  type Database,
  defaultBusyTimeoutMs,
  isBusy,
  isNotADatabase,
  openDatabase,
  openImage,
  openMemory,
} from './open-database.ts';
export { detachPrivateDir, makePrivateDir, removePrivateDir } from './private-dir.ts';
export { realPath } from './real-path.ts';
export { removeIfThere } from './remove-if-there.ts';
export { leftoverSuffixes, lockSuffix, statOf, unlessTooLong } from './sidecars.ts';
export { describeTable } from './table-likeness.ts';
export {
  createdFile,
  isWorkFile,
  type Leftover,
  leftoverUpgrade,
  removeWork,
  workFile,
} from './work-file.ts';
