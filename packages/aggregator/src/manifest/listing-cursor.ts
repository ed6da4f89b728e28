import type { Database } from '@varve/migrations/internal';

/** How far the run of a manifest has come: a run that was killed goes on from there under the same number. */
export class ListingCursor {
  readonly run: number;
  /** All that comes before this path is listed; empty at the start. */
  readonly after: string;
  /** What the run had met before it was killed, of paths that could not be searched. */
  readonly problems: number;
  readonly #sqlite: Database;
  readonly #asked: string;
  readonly #save;

  constructor(sqlite: Database, asked: string) {
    this.#sqlite = sqlite;
    const cut = sqlite
      .prepare<[string], { run: number; after: string; problems: number }>(
        'SELECT * FROM "_run" WHERE "asked" = ?',
      )
      .get(asked);
    const last =
      sqlite.prepare<[], number>('SELECT coalesce(max("run"), 0) FROM "archives"').pluck().get() ?? 0;
    this.run = cut?.run ?? last + 1;
    this.after = cut?.after ?? '';
    this.problems = cut?.problems ?? 0;
    this.#asked = asked;
    if (!cut) {
      sqlite.prepare('INSERT INTO "_run" VALUES (?, ?, \'\', 0)').run(this.run, asked);
    }
    this.#save = sqlite.prepare(
      'UPDATE "_run" SET "after" = max("after", ?), "problems" = ? WHERE "asked" = ?',
    );
  }

  save(after: string, problems: number): void {
    this.#save.run(after, this.problems + problems, this.#asked);
  }

  end(): void {
    this.#sqlite.prepare('DELETE FROM "_run" WHERE "asked" = ?').run(this.#asked);
  }
}
