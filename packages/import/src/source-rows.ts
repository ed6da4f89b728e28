import type { SourceRow } from './archive/index.ts';

/** What archives are to say of the logs that they were made of. */
export class SourceRows {
  /** Of sessions that a part of a log tells of, by session and log. */
  readonly #parts = new Map<string, SourceRow>();
  readonly #wholes = new Map<string, SourceRow>();

  addPart(session: string, row: SourceRow): void {
    this.#parts.set(keyOf(session, row.path), row);
  }

  addWhole(row: SourceRow): void {
    this.#wholes.set(row.path, row);
  }

  /** Its archive is finished. */
  forget(session: string, logs: Iterable<string>): void {
    for (const path of logs) this.#parts.delete(keyOf(session, path));
  }

  of(session: string, path: string): SourceRow | undefined {
    return this.#parts.get(keyOf(session, path)) ?? this.#wholes.get(path);
  }
}

function keyOf(session: string, path: string): string {
  return `${session}\n${path}`;
}
