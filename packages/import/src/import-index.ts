import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { durableFs, workFile } from '@varve/core/internal';
import { importerVersion } from './family-file.ts';
import { type FormatOptions, findFormats, formatNames } from './format/index.ts';
import type { LogFile } from './log/index.ts';

export const indexName = '.varve-imports.json';

/** What was read from a log when it was last imported. */
export interface IndexEntry {
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly format: string;
  readonly kin: readonly string[];
  readonly sessions: readonly string[];
  /** Of what belongs to the log and lies beside it. */
  readonly beside?: string | undefined;
}

/**
 * What the folder of archives was made of, so that logs that did not change need not be opened. It only saves work: without
 * it, or where it is wrong, everything is read again and compared with what the archives say of themselves.
 */
export class ImportIndex {
  readonly #dir: string;
  readonly #files: Map<string, IndexEntry>;
  #isChanged = false;

  constructor(dir: string) {
    this.#dir = dir;
    this.#files = readIndex(join(dir, indexName));
  }

  get path(): string {
    return join(this.#dir, indexName);
  }

  /** What is known of a log that is as it was, and whose archives are there. */
  unchanged(
    { path, sizeBytes, mtimeMs }: LogFile,
    { archives, options }: { archives: ReadonlySet<string>; options: FormatOptions },
  ): IndexEntry | undefined {
    const entry = this.#files.get(path);
    if (entry?.sizeBytes !== sizeBytes || entry.mtimeMs !== mtimeMs || !isEntry(entry)) return undefined;
    if (entry.beside !== stampBeside(entry.format, path, options)) return undefined;
    return entry.sessions.every((id) => archives.has(`${id}.db`)) ? entry : undefined;
  }

  /** What was made of a log that is as it was. */
  sessionsOf({ path, sizeBytes, mtimeMs }: LogFile): readonly string[] {
    const entry = this.#files.get(path);
    const isKnown = entry?.sizeBytes === sizeBytes && entry.mtimeMs === mtimeMs && isEntry(entry);
    return isKnown ? entry.sessions : [];
  }

  /** By the path of the log. */
  entries(): readonly (readonly [string, IndexEntry])[] {
    return [...this.#files].filter(([, entry]) => isEntry(entry));
  }

  set(path: string, entry: IndexEntry): void {
    this.#files.set(path, entry);
    this.#isChanged = true;
  }

  /** Logs that have gone stay: their archives do too. */
  save(): void {
    if (!this.#isChanged) return;
    const work = workFile(this.path, 'creating');
    const text = JSON.stringify({ importerVersion, files: Object.fromEntries(this.#files) });
    durableFs.write(work, Buffer.from(text));
    durableFs.rename(work, this.path);
    durableFs.syncDir(this.#dir);
  }
}

function stampBeside(formatName: string, path: string, options: FormatOptions): string | undefined {
  if (!formatNames.includes(formatName)) return undefined;
  return findFormats(formatName)[0]?.stampBeside?.(path, options);
}

function readIndex(path: string): Map<string, IndexEntry> {
  if (!existsSync(path)) return new Map();
  try {
    const index: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isIndex(index) ? new Map(Object.entries(index.files)) : new Map();
  } catch {
    return new Map();
  }
}

/** By hand, since there may be a hundred thousand entries, and each is looked at before it is used. */
function isIndex(value: unknown): value is { readonly files: Readonly<Record<string, IndexEntry>> } {
  if (typeof value !== 'object' || value === null) return false;
  const { importerVersion: version, files } = value as { importerVersion?: unknown; files?: unknown };
  return version === importerVersion && typeof files === 'object' && files !== null;
}

function isEntry({ format, kin, sessions }: IndexEntry): boolean {
  return typeof format === 'string' && Array.isArray(kin) && Array.isArray(sessions);
}
