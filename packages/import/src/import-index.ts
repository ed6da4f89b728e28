import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { durableFs, workFile } from '@varve/core/internal';
import { z } from 'zod';
import { importerVersion } from './import-family.ts';
import type { LogFile } from './log/log-file.ts';

export const indexName = '.varve-imports.json';

const entrySchema = z.object({
  sizeBytes: z.number(),
  mtimeMs: z.number(),
  format: z.string(),
  kin: z.array(z.string()),
  sessions: z.array(z.string()),
});

const indexSchema = z.object({ importerVersion: z.string(), files: z.record(z.string(), entrySchema) });

/** What was read from a log when it was last imported. */
export type IndexEntry = z.infer<typeof entrySchema>;

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
  unchanged({ path, sizeBytes, mtimeMs }: LogFile, archives: ReadonlySet<string>): IndexEntry | undefined {
    const entry = this.#files.get(path);
    if (!entry || entry.sizeBytes !== sizeBytes || entry.mtimeMs !== mtimeMs) return undefined;
    return entry.sessions.every((id) => archives.has(`${id}.db`)) ? entry : undefined;
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

function readIndex(path: string): Map<string, IndexEntry> {
  if (!existsSync(path)) return new Map();
  try {
    const index = indexSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return new Map(index.importerVersion === importerVersion ? Object.entries(index.files) : []);
  } catch {
    return new Map();
  }
}
