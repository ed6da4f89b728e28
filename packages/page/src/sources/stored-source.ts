import { existsSync } from 'node:fs';
import { type FoundFile, newNotes, streamCandidates } from '@varve/aggregator/internal';
import { errorOfObject, fetchObject, isStoreUrl } from '@varve/core/internal';
import type { Lineage } from '@varve/migrations';
import type { VarveError } from '@varve/schema';
import { openFileOf } from './archives-source.ts';
import { fileKey } from './file-key.ts';
import { type HeadShape, headShapeOf } from './head-shape.ts';
import type { OpenFile, Scan, SessionFile, SessionSource } from './session-source.ts';

/** Archives of a bucket, by its listing or by a manifest. What is looked at is fetched into the cache of this machine. */
export class StoredSource implements SessionSource {
  readonly kind = 'archives';
  readonly where: readonly string[];
  readonly lineage: Lineage;
  readonly shape: HeadShape;
  readonly remote = {
    assertFound: (): Promise<void> => this.#assertFound(),
    fetch: (file: SessionFile): Promise<void> => this.#fetch(file),
  };
  readonly #copies = new Map<string, { readonly fingerprint: string; readonly path: string }>();
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(where: readonly string[], lineage: Lineage) {
    this.where = where;
    this.lineage = lineage;
    this.shape = headShapeOf(lineage);
  }

  async scan(): Promise<Scan> {
    const notes = newNotes();
    const files: SessionFile[] = [];
    for await (const found of streamCandidates(this.where, notes)) files.push(toFile(found));
    const problems = notes.problems.map(({ path = '', code, message, hint }) => ({
      path,
      code,
      message,
      hint,
    }));
    return { files, problems, isWhole: !notes.problems.some(isOfStore) };
  }

  /** Of a file that is not there any more, or was not fetched, it says so. */
  open(file: SessionFile): OpenFile {
    const path = this.#copies.get(file.key)?.path ?? file.path;
    try {
      return openFileOf({ path, sealing: file.sealing }, this.lineage);
    } catch (error) {
      throw errorOfObject(error, file.path, path);
    }
  }

  close(): void {}

  /** By the first of what is there. @throws the codes of stores, FILE_NOT_FOUND, MANIFEST_FOREIGN */
  async #assertFound(): Promise<void> {
    const notes = newNotes();
    for await (const _ of streamCandidates(this.where, notes)) return;
    const [problem] = notes.problems;
    if (problem) throw problem;
  }

  async #fetch(file: SessionFile): Promise<void> {
    if (!isStoreUrl(file.path)) return;
    const copy = this.#copies.get(file.key);
    if (copy?.fingerprint === file.fingerprint && existsSync(copy.path)) return;
    const begun = this.#underWay.get(file.key) ?? this.#download(file);
    this.#underWay.set(file.key, begun);
    await begun.finally(() => this.#underWay.delete(file.key));
  }

  async #download({ key, path, fingerprint, etag }: SessionFile): Promise<void> {
    this.#copies.delete(key);
    const local = await fetchObject(path, { ...(etag !== undefined && { etag }) });
    this.#copies.set(key, { fingerprint, path: local });
  }
}

function toFile({ path, sizeBytes, mtimeMs, etag, known }: FoundFile): SessionFile {
  return {
    key: fileKey(path),
    path,
    sizeBytes,
    modifiedAtMs: mtimeMs,
    version: known?.version ?? null,
    sealing: 'sealed',
    code: known?.code ?? null,
    fingerprint: `${sizeBytes} ${mtimeMs} ${etag ?? ''}`,
    ...(etag !== undefined && { etag }),
    ...(known && { known }),
  };
}

function isOfStore({ code }: VarveError): boolean {
  return code.startsWith('STORE_') || code === 'CLIENT_MISSING';
}
