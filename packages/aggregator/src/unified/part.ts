import { rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { NewerFiles } from '@varve/core';
import type { Lineage } from '@varve/migrations';
import { quoteIdentifier } from '@varve/migrations/internal';
import type { FoundFile } from '../find/index.ts';
import { ArchiveReader } from './archive-reader.ts';
import { readHeadTables } from './head-tables.ts';
import { ingestBatch } from './ingest-batch.ts';
import { createPart } from './unified-file.ts';
import { UnifiedWriter } from './unified-writer.ts';

/** What is the same for every part. Plain data, as long as the lineage has no functions. */
export interface PartSettings {
  readonly lineage: Lineage;
  readonly newer: NewerFiles;
  /** Where parts lie. */
  readonly dir: string;
}

/** How many parts a worker has: one is filled while the view takes over the other. */
export const partsInTurn = 2;

/** Reads archives into parts of a view: files of the same tables, which the view takes over and which are used again. */
export class PartFiller {
  readonly #dir: string;
  readonly #parts: readonly Part[];
  #filled = 0;

  constructor({ lineage, newer, dir }: PartSettings) {
    this.#dir = dir;
    const paths = Array.from({ length: partsInTurn }, (_, at) => join(dir, `${process.pid}-${at}.part`));
    this.#parts = paths.map((path) => new Part(path, lineage, newer));
  }

  /** Returns the part's path: it stays as it is until as many others are filled as there are parts. */
  fill(archives: readonly FoundFile[]): string {
    const part = this.#parts[this.#filled++ % partsInTurn] as Part;
    part.fill(archives);
    return part.path;
  }

  /** Leaves nothing behind, also where nobody is left to remove the folder. */
  remove(): void {
    try {
      for (const { path } of this.#parts) rmSync(path, { force: true });
      rmdirSync(this.#dir);
    } catch {
      // Other workers have their parts there, or the system keeps what is open: then whoever made the folder removes it.
    }
  }
}

class Part {
  readonly path: string;
  readonly #writer: UnifiedWriter;
  readonly #reader: ArchiveReader;
  readonly #clear: string;

  constructor(path: string, lineage: Lineage, newer: NewerFiles) {
    this.path = path;
    const sqlite = createPart(path, lineage);
    const tables = readHeadTables(lineage);
    this.#writer = new UnifiedWriter(sqlite, tables);
    this.#reader = new ArchiveReader(sqlite, lineage, newer);
    const names = ['_archives', ...tables.map(({ name }) => name)];
    this.#clear = names.map((name) => `DELETE FROM main.${quoteIdentifier(name)};`).join('');
  }

  fill(archives: readonly FoundFile[]): void {
    this.#writer.write(() => this.#writer.sqlite.exec(this.#clear));
    ingestBatch(this.#writer, this.#reader, archives);
  }
}
