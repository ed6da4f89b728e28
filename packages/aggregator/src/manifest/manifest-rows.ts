import { hashFile } from '@varve/core/internal';
import type { Lineage } from '@varve/migrations';
import type { Database } from '@varve/migrations/internal';
import { type FoundFile, isSelected, localPathOf, type Selection } from '../find/index.ts';
import type { Stage, StagedArchive } from '../stage/index.ts';

interface SessionFacts {
  readonly agent: string | null;
  readonly startedAtMs: number | null;
}

/** The rows of a manifest that is being written, for one lineage. */
export class ManifestRows {
  readonly #sqlite: Database;
  readonly #lineage: Lineage;
  readonly #save;
  readonly #isKnown;
  readonly #touch;

  constructor(sqlite: Database, lineage: Lineage) {
    this.#sqlite = sqlite;
    this.#lineage = lineage;
    this.#save =
      sqlite.prepare(`INSERT OR REPLACE INTO "archives" VALUES (:path, :relativePath, :sizeBytes, :mtimeMs, :etag,
      :sha256, :sessionId, :agent, :startedAtMs, :lineage, :version, :head, :rows, :code, :message, :run)`);
    this.#isKnown = sqlite
      .prepare(`SELECT 1 FROM "archives" WHERE "path" = ? AND "size_bytes" = ? AND coalesce("etag", "mtime_ms") = ?
        AND "lineage" = ? AND "head" = ? AND "problem_code" IS NULL`)
      .pluck();
    this.#touch = sqlite.prepare('UPDATE "archives" SET "run" = ? WHERE "path" = ?');
  }

  /** Whether an archive is in as it is. */
  isKnown({ path, sizeBytes, mtimeMs, etag }: FoundFile): boolean {
    const { name, migrations } = this.#lineage;
    return this.#isKnown.get(path, sizeBytes, etag ?? mtimeMs, name, migrations.length) !== undefined;
  }

  /** Says that a run has met an archive that it need not read. */
  touch(path: string, run: number): void {
    this.#touch.run(run, path);
  }

  save(archives: readonly StagedArchive[], stage: Stage, run: number): void {
    const facts = readSessions(stage);
    const { name, migrations } = this.#lineage;
    for (const { file, id, version, rows, sessionId, problem } of archives) {
      const { path, relativePath, sizeBytes, mtimeMs, etag = null } = file;
      const { agent = null, startedAtMs = null } = facts.get(id) ?? {};
      const sha256 = problem ? null : hashFile(localPathOf(file));
      const said = { code: problem?.code ?? null, message: problem?.message ?? null };
      const place = { path, relativePath, sizeBytes, mtimeMs, etag, sha256 };
      const known = { sessionId, agent, startedAtMs, version, rows };
      this.#save.run({ ...place, ...known, ...said, lineage: name, head: migrations.length, run });
    }
  }

  /** Those of a part that a run has not met; returns how many. */
  removeGone(run: number, selection: Selection): number {
    const page = this.#sqlite.prepare<[number, string], { path: string; relativePath: string }>(
      `SELECT "path", "relative_path" AS relativePath FROM "archives" WHERE "run" <> ? AND "path" > ?
        ORDER BY "path" LIMIT 1000`,
    );
    const remove = this.#sqlite.prepare('DELETE FROM "archives" WHERE "path" = ?');
    let removed = 0;
    for (let met = page.all(run, ''); met.length > 0; met = page.all(run, met.at(-1)?.path ?? '')) {
      const gone = met.filter((archive) => isSelected(archive, selection));
      this.#sqlite.transaction(() => {
        for (const { path } of gone) remove.run(path);
      })();
      removed += gone.length;
    }
    return removed;
  }
}

/** By the standard columns, where the lineage has them. */
function readSessions({ tables, sqlite }: Stage): ReadonlyMap<number, SessionFacts> {
  const columns = tables.find(({ name }) => name === 'sessions')?.columns.map(({ name }) => name) ?? [];
  const one = (column: string) => (columns.includes(column) ? `min("${column}")` : 'NULL');
  if (columns.length === 0) return new Map();
  const rows = sqlite
    .prepare<[], SessionFacts & { id: number }>(
      `SELECT "_archive" AS id, ${one('agent_name')} AS agent, ${one('started_at_ms')} AS startedAtMs FROM "sessions" GROUP BY 1`,
    )
    .all();
  return new Map(rows.map(({ id, ...facts }) => [id, facts]));
}
