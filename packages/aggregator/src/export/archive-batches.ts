import { createHash } from 'node:crypto';
import { FileList, type FoundFile } from '../find/index.ts';
import type { PlacedFile } from './by-partition.ts';

export interface BatchLimits {
  readonly mostBytes: number;
  readonly mostFiles: number;
}

/** Some archives in the order in which they are taken, however many: in a file without a name. */
export class ArchiveBatch implements Disposable {
  readonly #files = new FileList();
  readonly #hash;
  #count = 0;
  #bytes = 0;

  /** @param salt What else the batch depends on. */
  constructor(salt: string) {
    this.#hash = createHash('sha256').update(salt);
  }

  add(file: FoundFile): void {
    const { path, sizeBytes, mtimeMs, etag } = file;
    this.#files.add(file, 'archive');
    this.#hash.update(JSON.stringify([path, sizeBytes, etag ?? mtimeMs]));
    this.#count += 1;
    this.#bytes += sizeBytes;
  }

  hasRoomFor({ sizeBytes }: FoundFile, { mostBytes, mostFiles }: BatchLimits): boolean {
    return this.#count === 0 || (this.#count < mostFiles && this.#bytes + sizeBytes <= mostBytes);
  }

  /** So that a partition that fits into one batch is not divided. */
  isHalfFull({ mostBytes, mostFiles }: BatchLimits): boolean {
    return this.#count >= mostFiles / 2 || this.#bytes >= mostBytes / 2;
  }

  get count(): number {
    return this.#count;
  }

  /** Of all that was added. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  files(): Iterable<FoundFile> {
    return this.#files.list(['archive']);
  }

  [Symbol.dispose](): void {
    this.#files[Symbol.dispose]();
  }
}

/** Each is gone when the next is asked for. One that is half full ends where another partition begins. */
export async function* divideIntoBatches(
  files: AsyncIterable<PlacedFile>,
  limits: BatchLimits,
  salt: string,
): AsyncGenerator<ArchiveBatch> {
  let batch = new ArchiveBatch(salt);
  let last = '';
  try {
    for await (const { file, partition } of files) {
      const isOther = partition !== last && batch.isHalfFull(limits);
      last = partition;
      if (isOther || !batch.hasRoomFor(file, limits)) {
        yield batch;
        batch[Symbol.dispose]();
        batch = new ArchiveBatch(salt);
      }
      batch.add(file);
    }
    if (batch.count > 0) yield batch;
  } finally {
    batch[Symbol.dispose]();
  }
}

/** Parts of a batch that fit into memory. */
export function* divideBatch(
  files: Iterable<FoundFile>,
  { mostBytes, mostFiles }: BatchLimits,
): Generator<FoundFile[]> {
  let part: FoundFile[] = [];
  let bytes = 0;
  for (const file of files) {
    if (part.length > 0 && (part.length >= mostFiles || bytes + file.sizeBytes > mostBytes)) {
      yield part;
      [part, bytes] = [[], 0];
    }
    part.push(file);
    bytes += file.sizeBytes;
  }
  if (part.length > 0) yield part;
}
