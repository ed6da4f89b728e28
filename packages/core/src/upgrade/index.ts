export { rehearseUpgrade } from './rehearse-upgrade.ts';
export { inspectOriginal, putInPlace, settleOriginal } from './replace-file.ts';
export { type RestoreArchiveOptions, restoreArchive } from './restore-archive.ts';
export {
  removeLeftover,
  type UpgradeArchiveOptions,
  type UpgradeResult,
  upgradeArchive,
} from './upgrade-archive.ts';
export type { UpgradeVerification } from './verify-rows.ts';
