import { readFileSync } from 'node:fs';
import { brokenReferences, countReferenceViolations, isMisfit, patchFile } from '@varve/migrations/internal';
import {
  assertTablesSound,
  type Database,
  durableFs,
  isSoundBut,
  openDatabase,
  statOf,
} from '../file/index.ts';
import { openSource, withoutWal } from '../source/index.ts';
import { assertLossAccepted } from './assert-loss-accepted.ts';
import type { BuildUpgradedOptions, BuiltUpgrade } from './built-upgrade.ts';
import { copyChecked } from './copy-checked.ts';
import { countAtHead } from './head-counts.ts';
import { patchFor } from './patch-for.ts';
import { readPooled } from './read-pooled.ts';
import { syncEarly } from './sync-early.ts';
import { tablesWithGaps } from './tables-with-gaps.ts';
import { unlessRefused } from './unless-refused.ts';
import { planUpgrade, verifyPlanned } from './upgrade-plan.ts';
import { verifyCounts } from './verify-counts.ts';
import { verifyPatched } from './verify-patched.ts';

/** Changes a copy where a replay would, and as it would. Undefined where it must be replayed; the copy is gone then. */
export async function patchCopy(
  copy: string,
  options: BuildUpgradedOptions,
): Promise<BuiltUpgrade | undefined> {
  const { state } = options;
  const isSound = await copyChecked(copy, options);
  durableFs.chmod(copy, 0o600);
  // Nothing is in the log, so that the header need only say so: https://www.sqlite.org/fileformat.html#file_format_version_numbers
  if (state.header.isWal) durableFs.overwrite(copy, Uint8Array.of(1, 1), 18);
  const from = await syncEarly(copy, options, () => patchWhole(copy, options, isSound));
  if (from !== undefined) return { from, how: 'patched', sizeBytes: Number(statOf(copy)?.size) };
  durableFs.remove(copy);
  return undefined;
}

function patchWhole(copy: string, options: BuildUpgradedOptions, isSound: boolean): number | undefined {
  const sqlite = openDatabase(copy);
  try {
    return unlessRefused(() => {
      sqlite.exec('PRAGMA synchronous = OFF');
      return patchInside(sqlite, options, isSound);
    });
  } finally {
    sqlite.close();
  }
}

/** `isSound`: the copy is of a file that was checked, all of it. */
function patchInside(sqlite: Database, options: BuildUpgradedOptions, isSound: boolean): number | undefined {
  const { lineage, path, state, isLossAccepted } = options;
  const plan = planUpgrade(sqlite, lineage, path);
  const { from, ledgerRows, recipe } = plan;
  if (!isLossAccepted) assertLossAccepted(lineage, from, path);
  const patch = patchFor(options, from, { isChecked: !isSound });
  if (!patch) return undefined;
  const { children } = patch;
  const readTables = isSound ? [] : [...patch.readTables, ...tablesWithGaps(sqlite, patch.renumbered)];
  if (readTables.length > 0) assertTablesSound(sqlite, path, readTables);
  const expected = patch.readTables.length > 0 ? countAtHead(sqlite, lineage, from) : [];
  const before = countReferenceViolations(sqlite, children.before);
  if (!patchFile(sqlite, lineage, from, { patch, recipe, rowsBefore: ledgerRows, header: state.header }))
    return undefined;
  const after = countReferenceViolations(sqlite, children.after);
  if (brokenReferences(lineage, from, before, after).length > 0) return undefined;
  // A row that does not fit is for a replay to tell of.
  if (!isSound && !isSoundBut(sqlite, path, (finding) => isMisfit(finding, patch))) return undefined;
  verifyPlanned(sqlite, lineage, plan, { path });
  verifyCounts(sqlite, expected, path);
  if (options.verify === 'full') {
    const readImages = () => ({
      original: withoutWal(readPooled(path)),
      upgraded: readFileSync(sqlite.name),
    });
    verifyPatched(sqlite, () => openSource(path, state), {
      ...options,
      version: from,
      pages: sqlite.name,
      plan,
      ...(state.header.sizeBytes <= memoryLimitBytes && { readImages }),
    });
  }
  return from;
}

/** Up to this size a file is read whole to be checked. */
const memoryLimitBytes = 8 * 1024 * 1024;
