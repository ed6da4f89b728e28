import { openMemory } from '@varve/migrations/internal';
import type { Facet, Facets, SessionRow } from '../api/index.ts';
import type { SessionSummary } from '../reading/index.ts';
import type { Scan, SessionFile } from '../sources/index.ts';
import {
  catalogDdl,
  insertSql,
  type ListQuery,
  orderSql,
  toSessionRow,
  type Values,
  whereSql,
} from './catalog-sql.ts';
import { RecentAnswers } from './recent-answers.ts';
import { rowsOf } from './row-values.ts';

/** What a file holds, or the code of why it could not be read. */
export interface ReadFile {
  readonly file: SessionFile;
  readonly is: readonly SessionSummary[] | string;
}

/**
 * Every session there is, in memory: first what the walk over the files tells, then what was read in each. It keeps no
 * contents, and is gone with the process.
 */
export class Catalog {
  readonly #sqlite = openMemory(catalogDdl);
  readonly #files = new Map<string, SessionFile>();
  readonly #orders = new RecentAnswers<readonly string[]>();
  readonly #facets = new RecentAnswers<Facets>();
  readonly #clear = this.#sqlite.prepare<[string]>('DELETE FROM sessions WHERE file = ?');
  readonly #insert = this.#sqlite.prepare<[Values]>(insertSql);
  #generation = 1;

  /** Changes whenever an answer may. */
  get generation(): number {
    return this.#generation;
  }

  get files(): readonly SessionFile[] {
    return [...this.#files.values()];
  }

  file(key: string): SessionFile | undefined {
    return this.#files.get(key);
  }

  /** Takes in what a walk found; with `forgets`, what was read of a file that has changed goes at once. Returns the files that are to be read, the newest first. */
  update({ files: found, isWhole }: Scan, forgets = false): SessionFile[] {
    const gone = new Set(isWhole ? this.#files.keys() : []);
    const changed: SessionFile[] = [];
    this.#sqlite.transaction(() => {
      for (const file of found) {
        gone.delete(file.key);
        const known = this.#files.get(file.key);
        if (known?.fingerprint === file.fingerprint && known.code === file.code) continue;
        this.#files.set(file.key, file);
        if (!known) this.#add(file, undefined);
        else if (file.code || forgets) this.#replace(file, undefined);
        if (!file.code) changed.push(file);
      }
      for (const key of gone) this.#remove(key);
    })();
    if (changed.length > 0 || gone.size > 0) this.#generation++;
    return changed.sort((a, b) => b.modifiedAtMs - a.modifiedAtMs);
  }

  /** Makes files such as were not read yet. */
  forget(files: readonly SessionFile[]): void {
    for (const { key } of files) {
      const file = this.#files.get(key);
      if (file) this.#replace(file, undefined);
    }
    if (files.length > 0) this.#generation++;
  }

  describe(read: readonly ReadFile[]): void {
    this.#sqlite.transaction(() => {
      for (const { file, is } of read) {
        if (!this.#files.has(file.key)) continue;
        if (typeof is === 'string') this.#replace({ ...file, code: is }, undefined);
        else this.#replace(file, is);
      }
    })();
    this.#generation++;
  }

  list(
    query: ListQuery,
    offset: number,
    limit: number,
  ): { readonly total: number; readonly rows: SessionRow[] } {
    const keys = this.#order(query);
    const read = this.#sqlite.prepare<[string], Values>('SELECT * FROM sessions WHERE key = ?');
    const rows = keys
      .slice(offset, offset + limit)
      .map((key) => read.get(key))
      .filter((row) => row !== undefined);
    return { total: keys.length, rows: rows.map(toSessionRow) };
  }

  facets(): Facets {
    return this.#facets.get('', this.#generation, () => this.#countFacets());
  }

  #countFacets(): Facets {
    const count = (column: string): Facet[] =>
      this.#sqlite
        .prepare<[], Facet>(
          `SELECT CAST(${column} AS TEXT) AS value, count(*) AS count FROM sessions WHERE ${column} NOTNULL
            GROUP BY 1 ORDER BY 2 DESC LIMIT 500`,
        )
        .all();
    return {
      agents: count('agent_name'),
      models: count('model'),
      statuses: count('status'),
      versions: count('version').sort((a, b) => Number(b.value) - Number(a.value)),
    };
  }

  /** The rows that a session's id names: copies of an archive have the same. A file that was not read yet is known by its name. */
  findSession(sessionId: string): SessionRow[] {
    const known = this.#select('session_id = ?', sessionId);
    if (known.length > 0) return known;
    return this.#select("is_read = 0 AND session_id ISNULL AND path LIKE '%/' || ? || '.db'", sessionId);
  }

  /** The first session of a file. */
  findFile(key: string): SessionRow | undefined {
    return this.#select('file = ?', key)[0];
  }

  findChildren(sessionId: string): (SessionRow & { readonly parentCallSeq: number | null })[] {
    return this.#sqlite
      .prepare<[string], Values>(
        'SELECT * FROM sessions WHERE parent_session_id = ? ORDER BY started_at_ms LIMIT 1000',
      )
      .all(sessionId)
      .map((row) => ({
        ...toSessionRow(row),
        parentCallSeq: (row.parent_call_seq ?? null) as number | null,
      }));
  }

  counts(): { readonly sessions: number; readonly live: number } {
    const sql = `SELECT count(*) AS sessions, ifnull(sum(sealing = 'live'), 0) AS live FROM sessions`;
    return (
      this.#sqlite.prepare<[], { sessions: number; live: number }>(sql).get() ?? { sessions: 0, live: 0 }
    );
  }

  #select(where: string, value: string): SessionRow[] {
    return this.#sqlite
      .prepare<[string], Values>(`SELECT * FROM sessions WHERE ${where} LIMIT 1000`)
      .all(value)
      .map(toSessionRow);
  }

  /** By keys: a file that is read meanwhile has other rows, and keeps its place. */
  #order(query: ListQuery): readonly string[] {
    const { sql, values } = whereSql(query);
    const statement = `SELECT key FROM sessions ${sql} ${orderSql(query)}`;
    return this.#orders.get(JSON.stringify([statement, values]), this.#generation, () =>
      this.#sqlite.prepare<Values[], string>(statement).pluck().all(values),
    );
  }

  #replace(file: SessionFile, summaries: readonly SessionSummary[] | undefined): void {
    this.#clear.run(file.key);
    this.#add(file, summaries);
  }

  #add(file: SessionFile, summaries: readonly SessionSummary[] | undefined): void {
    for (const row of rowsOf(file, summaries)) this.#insert.run(row);
  }

  #remove(key: string): void {
    this.#files.delete(key);
    this.#clear.run(key);
  }
}
