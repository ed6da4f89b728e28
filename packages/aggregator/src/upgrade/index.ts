export {
  type RestoreArchivesOptions,
  type RestoredArchive,
  type RestoreReport,
  restoreArchives,
} from './restore-archives.ts';
export { upgradeArchives } from './upgrade-archives.ts';
export type { UpgradedFile, UpgradeListeners, UpgradeProgress, UpgradeReport } from './upgrade-log.ts';
export type { UpgradeArchivesOptions } from './upgrade-options.ts';
