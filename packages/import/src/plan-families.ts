import { statSync } from 'node:fs';
import { VarveError } from '@varve/schema';
import type { FamilyFile } from './family-file.ts';
import { type FormatOptions, firstTimeIn, type LogFormat, recogniseFormat } from './format/index.ts';
import { groupKin } from './group-kin.ts';
import type { ImportIndex, IndexEntry } from './import-index.ts';
import type { Families, ImportTally } from './import-tally.ts';
import { type LogFile, type LogSample, type LogShape, sampleLog } from './log/index.ts';

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
  if (fresh.length > 0) addKin(fresh, { found, settled }, plan);
  for (const entry of settled.values()) {
    tally.settle(entry.sessions);
    tally.progress(1);
  }
  return groupKin(fresh, kinOf).map(inOrder);
}

/** A log that is not to be read unless one of its kin is. */
interface Settled {
  readonly entry: IndexEntry;
  readonly look: () => readonly FamilyFile[];
}

/** Adds the kin of logs that are read, and the kin of these: only together they come to what they came to before. */
function addKin(
  fresh: FamilyFile[],
  { found, settled }: { found: readonly LogFile[]; settled: Map<LogFile, IndexEntry> },
  plan: PlanOptions,
): void {
  const byKin = new Map<string, Settled[]>();
  for (const it of [...settledHere(settled, plan), ...settledElsewhere(found, plan)]) {
    for (const key of it.entry.kin.map((kin) => `${it.entry.format} ${kin}`)) {
      const others = byKin.get(key);
      if (others) others.push(it);
      else byKin.set(key, [it]);
    }
  }
  const taken = new Set<Settled>();
  // It grows while it is gone through.
  for (const file of fresh) {
    for (const it of kinOf(file).flatMap((key) => byKin.get(key) ?? [])) {
      if (taken.has(it)) continue;
      taken.add(it);
      fresh.push(...it.look());
    }
  }
}

function settledHere(settled: Map<LogFile, IndexEntry>, plan: PlanOptions): Settled[] {
  return [...settled].map(([file, entry]) => ({
    entry,
    look: () => {
      settled.delete(file);
      return look(file, plan, true);
    },
  }));
}

/** Of logs that lie where this import was not told to look. */
function settledElsewhere(found: readonly LogFile[], plan: PlanOptions): Settled[] {
  const known = new Set(found.map(({ path }) => path));
  const others = plan.index.entries().filter(([path]) => !known.has(path));
  return others.map(([path, entry]) => ({
    entry,
    look: () => {
      const stats = statSync(path, { throwIfNoEntry: false });
      if (!stats?.isFile()) return [];
      plan.tally.logs++;
      return look({ path, sizeBytes: stats.size, mtimeMs: stats.mtimeMs, isNamed: false }, plan, true);
    },
  }));
}

/** What may be a log, and cannot be read as it is. */
const unreadable: Partial<Record<LogShape, { readonly reason: string; readonly hint: string }>> = {
  packed: {
    reason: 'packed: unpack them',
    hint: 'unpack it: it is packed, and what is in it is not looked at',
  },
  'utf-16': { reason: 'UTF-16: write them as UTF-8', hint: 'write it as UTF-8: it is UTF-16' },
  torn: {
    reason: 'torn, or JSON with a fault',
    hint: 'take a copy that is whole: it begins as JSON, and breaks off or has a fault',
  },
};

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
    const reason = unreadable[sample.shape]?.reason;
    if (reason) tally.passOver(reason);
    else tally.otherFiles++;
  } catch (error) {
    tally.fail(error, file.path);
  }
  return [];
}

function kinOf({ format, identity, path }: FamilyFile): readonly string[] {
  return [path, ...identity.kin].map((it) => `${format.name} ${it}`);
}

/** A log that was begun later may tell what one before has told, and be of an agent that one before has started. */
function inOrder(family: readonly FamilyFile[]): FamilyFile[] {
  const begun = new Map(family.map((file) => [file, firstTimeIn(file.sample.values)]));
  return [...family].sort((a, b) => {
    const [first, second] = [begun.get(a), begun.get(b)];
    // One that begins like another is a copy of it, with more behind; without times nobody says that it begins so.
    const size = first !== undefined && first === second ? a.sizeBytes - b.sizeBytes : 0;
    return (
      a.identity.rank - b.identity.rank || (first ?? 0) - (second ?? 0) || size || (a.path < b.path ? -1 : 1)
    );
  });
}

function unrecognised({ path, shape }: LogSample, formats: readonly LogFormat[]): VarveError {
  const [only, ...others] = formats;
  const what = only && others.length === 0 ? `a log of ${only.name}` : 'a log of a known agent';
  return new VarveError('LOG_UNRECOGNISED', `the file is not ${what}`, {
    path,
    hint: unreadable[shape]?.hint ?? 'check the format; `varve import --help` lists all',
  });
}
