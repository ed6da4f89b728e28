export type { Prepare } from './built-upgrade.ts';
export { type CompiledVersion, compileVersion, takeVersion } from './compiled-version.ts';
export { rehearseUpgrade } from './rehearse-upgrade.ts';
export { inspectOriginal, putInPlace, settleOriginal } from './replace-file.ts';
export { type RestoreArchiveOptions, restoreArchive } from './restore-archive.ts';
export { type UpgradePreparedOptions, upgradeArchive, upgradePrepared } from './upgrade-archive.ts';
export { removeLeftover } from './upgrade-lock.ts';
export type { UpgradeArchiveOptions, UpgradeResult } from './upgrade-options.ts';
export type { UpgradeVerification } from './verify-rows.ts';
