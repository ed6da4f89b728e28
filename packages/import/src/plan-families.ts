import { statSync } from 'node:fs';
import { VarveError } from '@varve/schema';
import type { FamilyFile } from './family-file.ts';
import { type FormatOptions, type LogFormat, recogniseFormat } from './format/index.ts';
import { groupKin } from './group-kin.ts';
import type { ImportIndex, IndexEntry } from './import-index.ts';
import type { Families, ImportTally } from './import-tally.ts';
import { type LogFile, type LogSample, sampleLog } from './log/index.ts';

export interface PlanOptions {
  readonly formats: readonly LogFormat[];
  readonly options: FormatOptions;
  readonly index: ImportIndex;
  /** Names of the files in the folder of the archives. */
  readonly archives: ReadonlySet<string>;
  readonly tally: ImportTally;
}

/**
 * The logs to read, those that may tell of the same session together. Kin that did not change is read with them, also where
 * it was found by another import.
 */
export function planFamilies(found: readonly LogFile[], plan: PlanOptions): Families {
  const { index, tally } = plan;
  const settled = new Map<LogFile, IndexEntry>();
  const fresh: FamilyFile[] = [];
  for (const file of found) {
    const entry = index.unchanged(file, plan);
    if (entry) settled.set(file, entry);
    else fresh.push(...look(file, plan));
  }
  const wanted = new Set(fresh.flatMap(kinOf));
  const isWanted = ({ format, kin }: IndexEntry) => kin.some((it) => wanted.has(`${format} ${it}`));
  for (const [file, entry] of settled) {
    if (isWanted(entry)) fresh.push(...look(file, plan, true));
    else {
      tally.settle(entry.sessions);
      tally.progress(1);
    }
  }
  if (fresh.length > 0) fresh.push(...lookElsewhere(found, isWanted, plan));
  return groupKin(fresh, kinOf).map((family) => family.sort(byRank));
}

/** Kin that lies where this import was not told to look. */
function lookElsewhere(
  found: readonly LogFile[],
  isWanted: (entry: IndexEntry) => boolean,
  plan: PlanOptions,
): readonly FamilyFile[] {
  const known = new Set(found.map(({ path }) => path));
  const others = plan.index.entries().filter(([path, entry]) => !known.has(path) && isWanted(entry));
  return others.flatMap(([path]) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats?.isFile()) return [];
    plan.tally.logs++;
    return look({ path, sizeBytes: stats.size, mtimeMs: stats.mtimeMs, isNamed: false }, plan, true);
  });
}

/** Samples a log; none for what is no log, or is not wanted. */
function look(file: LogFile, { formats, options, tally }: PlanOptions, isKin = false): readonly FamilyFile[] {
  try {
    if (!isKin && options.sinceMs !== undefined && file.mtimeMs < options.sinceMs) {
      tally.passOver('not changed since then');
      return [];
    }
    const sample = sampleLog(file.path);
    const format = recogniseFormat(formats, sample, options);
    const beside = format?.stampBeside?.(file.path, options);
    if (format) return [{ ...file, sample, format, identity: format.identify(sample), beside }];
    if (file.isNamed) throw unrecognised(sample, formats);
    if (sample.shape === 'packed') tally.passOver('packed: unpack them');
    else tally.otherFiles++;
  } catch (error) {
    tally.fail(error, file.path);
  }
  return [];
}

function kinOf({ format, identity, path }: FamilyFile): readonly string[] {
  return [path, ...identity.kin].map((it) => `${format.name} ${it}`);
}

function byRank(a: FamilyFile, b: FamilyFile): number {
  const rank = a.identity.rank - b.identity.rank || a.sizeBytes - b.sizeBytes;
  return rank || (a.path < b.path ? -1 : 1);
}

function unrecognised({ path, shape }: LogSample, formats: readonly LogFormat[]): VarveError {
  const [only, ...others] = formats;
  const what = only && others.length === 0 ? `a log of ${only.name}` : 'a log of a known agent';
  return new VarveError('LOG_UNRECOGNISED', `the file is not ${what}`, {
    path,
    hint:
      shape === 'packed'
        ? 'unpack it: it is packed, and what is in it is not looked at'
        : 'check the format; `varve import --help` lists all',
  });
}
