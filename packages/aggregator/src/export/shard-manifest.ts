import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '@varve/core/internal';
import type { Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import type { Problem } from '../work/index.ts';
import { damagedManifest, parseObject } from './export-manifest.ts';

export type BatchFiles = Readonly<
  Record<string, { readonly rows: number; readonly sizeBytes: number; readonly sha256: string }>
>;

/** Some archives in the order of their paths, and the files that hold their rows. */
export interface ExportedBatch {
  /** Of the archives, the tables and the lineage. */
  readonly digest: string;
  readonly files: BatchFiles;
}

/** What became of the archives of a batch: in a file of its own, since all of a shard are too many for one. */
export interface BatchRecord {
  readonly digest: string;
  readonly archives: readonly { readonly path: string; readonly rows: number }[];
  readonly failed: readonly Problem[];
}

interface Listed {
  readonly batches: readonly ExportedBatch[];
  /** Keys that the next batch may write: what a killed export has written is known as ours. */
  readonly pending?: readonly string[];
}

const none: Listed = { batches: [] };

/** The list of what one shard of an export holds, beside its files. */
export class ShardManifest {
  readonly #store: Store;
  readonly #dir: string;
  readonly #name: string;
  readonly #lineage: Lineage;
  #before = none;
  /** Of this run. */
  readonly batches: ExportedBatch[] = [];

  /** @param dir A folder for files on their way. @param name Of the shard. */
  constructor(store: Store, dir: string, name: string, lineage: Lineage) {
    this.#store = store;
    this.#dir = dir;
    this.#name = name;
    this.#lineage = lineage;
  }

  /** @throws FILE_UNREADABLE where it is damaged; USAGE where the export was in another number of parts */
  async open(): Promise<void> {
    const key = `_varve_export/${this.#name}.json`;
    const found = await this.#read(key);
    if (found && !isListed(found)) throw damagedManifest(`${this.#store.url}/${key}`);
    if (!found) await this.#assertSameCount();
    this.#before = found ?? none;
  }

  /** Parts of another number hold the same archives: whoever reads all files would have them twice. */
  async #assertSameCount(): Promise<void> {
    const before = '_varve_export/';
    const { entries } = await this.#store.list({ after: before, limit: 1 }).catch((error: unknown) => {
      if (error instanceof VarveError && error.code === 'FILE_NOT_FOUND') return { entries: [] };
      throw error;
    });
    const [, count] = /^_varve_export\/\d+-of-(\d+)[./]/.exec(entries[0]?.key ?? '') ?? [];
    if (count === undefined || this.#name.endsWith(`-of-${count}`)) return;
    const parts = count === '1' ? 'one part' : `${count} parts`;
    throw new VarveError('USAGE', `what was exported there before is in ${parts}, and would be there twice`, {
      path: this.#store.url,
      hint: `export by shards of ${count}, or into another place`,
    });
  }

  /** The batch that an earlier run had at the place of the next one. */
  get next(): ExportedBatch | undefined {
    return this.#before.batches[this.batches.length];
  }

  /** Keys that earlier runs have written, or were about to. */
  get known(): readonly string[] {
    return [...keysOf(this.#before.batches), ...(this.#before.pending ?? [])];
  }

  /** What became of the archives of a batch; undefined where that is not known any more. */
  async readRecord({ digest }: ExportedBatch): Promise<BatchRecord | undefined> {
    const record = await this.#read(this.#recordKey(this.batches.length));
    return record && isRecord(record) && record.digest === digest ? record : undefined;
  }

  /** Says which keys the next batch may write. */
  async announce(pending: readonly string[]): Promise<void> {
    await this.#save(pending);
  }

  async add(batch: ExportedBatch, record?: BatchRecord): Promise<void> {
    if (record) await this.#write(this.#recordKey(this.batches.length), record);
    this.batches.push(batch);
    await this.#save();
  }

  /** Removes the files of earlier runs that no archive is in any more; returns their keys. */
  async removeOthers(): Promise<string[]> {
    const kept = new Set(keysOf(this.batches));
    const others = [...new Set(this.known)].filter((key) => !kept.has(key) && isExportKey(key, this.#name));
    for (const key of others) await this.#store.remove(key);
    for (let at = this.batches.length; at < this.#before.batches.length; at++)
      await this.#store.remove(this.#recordKey(at));
    this.#before = none;
    await this.#save();
    return others;
  }

  async #save(pending: readonly string[] = []): Promise<void> {
    const { name, migrations } = this.#lineage;
    const [next, ...later] = this.#before.batches.slice(this.batches.length);
    // Its files are about to be written over: they are still known, but not as those of its archives.
    const atWork = next && pending.length > 0 ? { ...next, digest: '' } : next;
    const batches = [...this.batches, ...(atWork ? [atWork] : []), ...later];
    const list = { lineage: name, head: migrations.length, batches, ...(pending.length > 0 && { pending }) };
    await this.#write(`_varve_export/${this.#name}.json`, list);
  }

  #recordKey(at: number): string {
    return `_varve_export/${this.#name}/${String(at).padStart(6, '0')}.json`;
  }

  async #read(key: string): Promise<object | undefined> {
    const path = join(this.#dir, 'before.json');
    try {
      await this.#store.read(key, path);
    } catch (error) {
      if (error instanceof VarveError && error.code === 'FILE_NOT_FOUND') return undefined;
      throw error;
    }
    const found = parseObject(`${this.#store.url}/${key}`, readFileSync(path, 'utf8'));
    rmSync(path);
    return found;
  }

  async #write(key: string, value: object): Promise<void> {
    const path = join(this.#dir, 'manifest.json');
    writeFileSync(path, JSON.stringify(value, undefined, 1));
    await this.#store.put(key, path, 'any');
  }
}

function keysOf(batches: readonly ExportedBatch[]): string[] {
  return batches.flatMap(({ files }) => Object.keys(files));
}

/** Files are removed by what lies in the folder: none may be another than an export names it, or lie elsewhere. */
function isExportKey(key: string, name: string): boolean {
  const parts = key.split('/');
  const file = parts.at(-1) ?? '';
  const isOfShard = file.startsWith(`${name}-`) && /^-\d{6}(-\d+)?\.parquet$/.test(file.slice(name.length));
  return isOfShard && parts.length <= 3 && !key.includes('\\') && !parts.includes('..');
}

function isListed(value: object): value is Listed {
  const { batches, pending = [] } = value as Partial<Record<keyof Listed, unknown>>;
  return Array.isArray(batches) && batches.every(isBatch) && Array.isArray(pending);
}

function isBatch(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { digest, files } = value as Partial<Record<keyof ExportedBatch, unknown>>;
  return typeof digest === 'string' && typeof files === 'object' && files !== null;
}

function isRecord(value: object): value is BatchRecord {
  const { digest, archives, failed } = value as Partial<Record<keyof BatchRecord, unknown>>;
  return typeof digest === 'string' && Array.isArray(archives) && Array.isArray(failed);
}
