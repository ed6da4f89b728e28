import { rmSync, statSync } from 'node:fs';
import { hashFile } from '@varve/core/internal';
import {
  type DeclaredColumn,
  decideKinds,
  type ExportColumn,
  mergeKinds,
  type SeenKinds,
} from './column-kinds.ts';
import { openRowFile } from './open-row-file.ts';
import type { RowFile } from './row-file.ts';
import type { BatchFiles } from './shard-manifest.ts';

export interface TargetOptions {
  readonly fileBytes: number;
  /** A path on this machine that nothing is at. */
  readonly newPath: () => string;
  /** Puts a whole file where it belongs. */
  readonly put: (key: string, path: string) => Promise<void>;
}

/** The files of one table and partition: one that grows, until it is large or holds what its columns cannot say. */
export class OpenTarget {
  readonly files: Record<string, BatchFiles[string]> = {};
  readonly #key: string;
  readonly #options: TargetOptions;
  #seen: SeenKinds = [];
  #columns: readonly ExportColumn[] = [];
  #open: { readonly path: string; readonly file: RowFile; rows: number } | undefined;
  #parts = 0;

  constructor(key: string, options: TargetOptions) {
    this.#key = key;
    this.#options = options;
  }

  /** Says what the next rows hold. What a column was in this file it may hold in the next one too. */
  async expect(declared: readonly DeclaredColumn[], seen: SeenKinds): Promise<void> {
    this.#seen = mergeKinds(this.#seen, seen);
    const columns = decideKinds(declared, [this.#seen]);
    if (this.#open && JSON.stringify(columns) !== JSON.stringify(this.#columns)) await this.end();
    this.#columns = columns;
  }

  async write(rows: Iterable<readonly unknown[]>): Promise<void> {
    for (const row of rows) {
      this.#open ??= this.#begin();
      this.#open.file.write(row);
      this.#open.rows += 1;
      const isLarge =
        this.#open.rows % 1024 === 0 && statSync(this.#open.path).size >= this.#options.fileBytes;
      if (isLarge) await this.end();
    }
    this.#open?.file.flush();
  }

  #begin() {
    const path = this.#options.newPath();
    return { path, file: openRowFile(path, 'parquet', this.#columns), rows: 0 };
  }

  /** The second of several is called `…-1`. */
  async end(): Promise<void> {
    if (!this.#open) return;
    const { path, file, rows } = this.#open;
    this.#open = undefined;
    file.close();
    const part = this.#parts++;
    const key = part === 0 ? this.#key : this.#key.replace(/\.parquet$/, `-${part}.parquet`);
    await this.#options.put(key, path);
    this.files[key] = { rows, sizeBytes: statSync(path).size, sha256: hashFile(path) };
    rmSync(path);
  }

  discard(): void {
    if (this.#open) rmSync(this.#open.path, { force: true });
    this.#open = undefined;
  }
}
