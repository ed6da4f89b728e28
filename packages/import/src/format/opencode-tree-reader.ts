import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { onFile } from '@varve/core/internal';
import { parseDocument } from '../log/index.ts';
import type { LogPart } from './contract.ts';
import type { JsonObject } from './json-access.ts';

type IsKind = (value: unknown) => value is JsonObject;

/** What is read of the files of a session, and what gave nothing, by why. */
export class TreeReader {
  readonly unread: string[] = [];
  readonly #hash = createHash('sha256');
  readonly #onChunk: (chunk: Uint8Array) => void;
  #sizeBytes = 0;
  #last: string | null = null;

  constructor(onChunk: (chunk: Uint8Array) => void) {
    this.#onChunk = onChunk;
  }

  /** What the file holds, with an id after its name where it has none; undefined where that is nothing of the kind. */
  read(file: string, isKind: IsKind): JsonObject | undefined {
    const bytes = readIfThere(file);
    if (!bytes) {
      this.unread.push('gone');
      return undefined;
    }
    this.#hash.update(bytes);
    this.#onChunk(bytes);
    this.#sizeBytes += bytes.length;
    const value = parseDocument(bytes);
    if (!isKind(value)) {
      this.unread.push(value === undefined ? 'torn' : 'not a record');
      return undefined;
    }
    const id = basename(file, '.json');
    this.#last = String(value.id ?? id);
    return { id, ...value };
  }

  /** Those of the kind. */
  take(values: readonly unknown[], isKind: IsKind): readonly JsonObject[] {
    const taken = values.filter(isKind);
    for (let at = taken.length; at < values.length; at++) this.unread.push('not a record');
    return taken;
  }

  part(): LogPart {
    return { hash: this.#hash.digest('hex'), sizeBytes: this.#sizeBytes, lastRecordKey: this.#last };
  }
}

/** For a look at a file whose faults are told where it is read. */
export function readJson(path: string): unknown {
  try {
    return parseDocument(readFileSync(path));
  } catch {
    return undefined;
  }
}

/** Opencode removes messages and parts while they are read. */
function readIfThere(path: string): Buffer | undefined {
  return onFile(path, () => {
    try {
      return readFileSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  });
}
