import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { ArchiveDraft } from '@varve/core/internal';
import { changeOf, goneLog } from './archive-change.ts';
import { type ImportProblem, problemOf } from './import-problem.ts';
import type { OpenSession } from './open-session.ts';
import type { SourceRows } from './source-rows.ts';

export interface ImportedSession {
  readonly id: string;
  /** Of its archive. */
  readonly path: string;
  /** What happened, or in a dry run would happen, to the archive. */
  readonly change: 'added' | 'changed' | 'unchanged';
  readonly format: string;
  readonly rows: number;
}

const mostWriting = 8;

/** Brings what was read of sessions to its place on the disk. */
export class ArchiveFinisher {
  readonly done: ImportedSession[] = [];
  readonly problems: ImportProblem[] = [];
  /** The names of those that are on the disk as they should be. */
  readonly settled = new Set<string>();
  readonly #sources: SourceRows;
  /** On their way to the disk. */
  readonly #writing = new Set<Promise<void>>();
  /** Of those that could not be written. */
  readonly #failures: unknown[] = [];
  readonly #failed: ArchiveDraft[] = [];

  constructor(sources: SourceRows) {
    this.#sources = sources;
  }

  leave(session: ImportedSession): void {
    this.done.push(session);
  }

  async waitForDisk(): Promise<void> {
    await Promise.all(this.#writing);
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  /** Throws away what could not be written. */
  async discardFailed(): Promise<void> {
    await Promise.allSettled(this.#writing);
    for (const draft of this.#failed) draft.discard();
  }

  /** No log tells more of it. */
  async finish({ writer, draft, path, plainPath, format, logs }: OpenSession): Promise<void> {
    const rows = [...logs].flatMap((log) => this.#sources.of(writer.id, log) ?? []);
    this.#sources.forget(writer.id, logs);
    writer.finish(rows);
    const read = { sources: rows, parents: writer.parents(), rows: writer.rows };
    // A log that was moved still tells of the archive that has its plain name.
    if (plainPath !== path && existsSync(plainPath) && changeOf(plainPath, read) === 'unchanged') {
      draft?.discard();
      this.done.push({
        id: basename(plainPath, '.db'),
        path: plainPath,
        change: 'unchanged',
        format: format.name,
        rows: 0,
      });
      return;
    }
    const change = changeOf(path, read);
    const gone = change === 'changed' ? goneLog(path, logs) : undefined;
    if (gone) this.problems.push(problemOf(gone, gone.path ?? path));
    if (gone || change === 'unchanged') draft?.discard();
    if (change === 'unchanged') this.settled.add(writer.id);
    else if (draft && !gone) await this.#startWriting(draft, writer.id);
    const { id, rows: count } = writer;
    this.done.push({ id, path, change: gone ? 'unchanged' : change, format: format.name, rows: count });
  }

  /** While the disk is busy with some, the next are read. */
  async #startWriting(draft: ArchiveDraft, name: string): Promise<void> {
    const writing = draft
      .finish()
      .then(() => {
        this.settled.add(name);
      })
      .catch((error: unknown) => {
        this.#failures.push(error);
        this.#failed.push(draft);
      })
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
    if (this.#writing.size >= mostWriting) await Promise.race(this.#writing);
  }
}
