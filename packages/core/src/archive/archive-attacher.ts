import type { Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema/errors';
import { type Database, FileShapes, onFile, realPath } from '../file/index.ts';
import { attachThroughLink, inspectFile, isLeftInWal, type NewerFiles } from '../source/index.ts';
import { findStanding, openArchiveSource } from './archive-source.ts';

export interface AttachOptions {
  /** The name it gets on the connection. */
  readonly schema: string;
  /** Whether it is attached at its own version, or at head by replay on a private copy. */
  readonly at: 'own version' | 'head';
}

export interface AttachedArchive {
  /** How many migrations the archive has had, whatever became of a copy. */
  readonly version: number;
  /** How many it had had before it was first upgraded. */
  readonly originalVersion: number;
  /** As of `ArchiveSource`. */
  readonly isForLens: boolean;
  /** Outside of a transaction. */
  detach(): void;
}

type Facts = Pick<AttachedArchive, 'version' | 'originalVersion' | 'isForLens'>;

/** Files of strangers may each have a shape of their own. */
const mostShapes = 1000;

/**
 * Attaches files of any version and state to a connection that reads them. Nothing is written to a file, and nothing
 * appears beside it: a sealed file is attached as it lies, one that was left in WAL mode too, where the system allows it,
 * and of what has a writer, or was left by one in the middle of something, a copy. The
 * connection decides how far a file is trusted, and must not be one that makes files. Of files of one shape the first
 * is identified in full, for all.
 */
export class ArchiveAttacher {
  readonly #sqlite: Database;
  readonly #lineage: Lineage;
  readonly #newer: NewerFiles;
  readonly #shapes: FileShapes;
  readonly #versions = new Map<string, Facts>();
  // Prepared once: every ATTACH and DETACH looks through all statements that are not collected yet.
  readonly #attach;
  readonly #detach;

  constructor(sqlite: Database, lineage: Lineage, newer: NewerFiles = 'refuse') {
    this.#sqlite = sqlite;
    this.#lineage = lineage;
    this.#newer = newer;
    this.#shapes = new FileShapes(sqlite, lineage);
    this.#attach = sqlite.prepare('ATTACH ? AS ?');
    this.#detach = sqlite.prepare('DETACH ?');
  }

  /** @throws the codes of `openArchive` */
  attach(path: string, { schema, at }: AttachOptions): AttachedArchive {
    const file = realPath(path);
    return onFile(file, () => {
      if (at === 'own version' && this.#attachAsItLies(file, schema)) return this.#known(file, schema);
      const source = openArchiveSource(file, { lineage: this.#lineage, at, newer: this.#newer });
      try {
        this.#attach.run(source.path, schema);
      } catch (error) {
        source.close();
        throw error;
      }
      const detach = () => {
        this.#detach.run(schema);
        source.close();
      };
      const { version, originalVersion, isForLens } = source;
      return { version, originalVersion, isForLens, detach };
    });
  }

  /** False where only a copy can be attached. */
  #attachAsItLies(file: string, schema: string): boolean {
    const state = inspectFile(file);
    if (state.kind !== 'live' && state.header.isUtf16) return false;
    const attach = (path: string) => void this.#attach.run(path, schema);
    if (state.kind === 'sealed') attach(file);
    else if (!isLeftInWal(state)) return false;
    else {
      const detach = () => void this.#detach.run(schema);
      return attachThroughLink(file, schema, { sqlite: this.#sqlite, attach, detach });
    }
    return true;
  }

  #known(file: string, schema: string): AttachedArchive {
    const detach = () => {
      this.#detach.run(schema);
    };
    try {
      return { ...this.#identify(file, schema), detach };
    } catch (error) {
      detach();
      throw error;
    }
  }

  #identify(file: string, schema: string): Facts {
    const shape = this.#shapes.read(schema);
    const known = shape && this.#versions.get(shape);
    if (known) return known;
    const standing = findStanding(file, this.#lineage, this.#newer);
    if (standing.shape !== shape) throw changedError(file);
    if (this.#versions.size >= mostShapes) this.#versions.clear();
    const { version, originalVersion, isForLens } = standing;
    const facts = { version, originalVersion, isForLens };
    if (shape) this.#versions.set(shape, facts);
    return facts;
  }
}

function changedError(path: string): VarveError {
  return new VarveError('FILE_CHANGED', 'the file was replaced or written while it was opened', {
    path,
    hint: 'try again when its writer has closed it',
  });
}
