import { upgradeArchives } from '../upgrade/upgrade-archives.ts';
import type { UpgradedFile, UpgradeReport } from '../upgrade/upgrade-log.ts';
import type { UpgradeArchivesOptions } from '../upgrade/upgrade-options.ts';

/** `upgradeArchives` with all that it tells of each file, sorted by path. */
export async function upgradeAndList(
  where: string | readonly string[],
  options: UpgradeArchivesOptions,
): Promise<UpgradeReport & { readonly files: readonly UpgradedFile[] }> {
  const files: UpgradedFile[] = [];
  const report = await upgradeArchives(where, { ...options, onFile: (file) => files.push(file) });
  return { ...report, files: files.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}
