import { openMemory } from '@varve/migrations/internal';
import type { Facet, Facets, SessionRow } from '../api/index.ts';
import type { SessionSummary } from '../reading/index.ts';
import { type SessionFile, sessionKey } from '../sources/index.ts';
import {
  catalogDdl,
  insertSql,
  type ListQuery,
  orderSql,
  toSessionRow,
  type Values,
  whereSql,
} from './catalog-sql.ts';

/** Sorting or counting 100,000 rows takes a tenth of a second: while files are read, an answer is good for so long. */
const goodMs = 1000;

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
  readonly #orders = new Map<
    string,
    { readonly ids: readonly number[]; readonly generation: number; readonly atMs: number }
  >();
  readonly #clear = this.#sqlite.prepare<[string]>('DELETE FROM sessions WHERE file = ?');
  readonly #insert = this.#sqlite.prepare<[Values]>(insertSql);
  #facets: { readonly value: Facets; readonly atMs: number; readonly generation: number } | undefined;
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

  /** Takes in what a walk found. Returns the files that are to be read, the newest first. */
  update(found: readonly SessionFile[]): SessionFile[] {
    const gone = new Set(this.#files.keys());
    const changed: SessionFile[] = [];
    this.#sqlite.transaction(() => {
      for (const file of found) {
        gone.delete(file.key);
        const known = this.#files.get(file.key);
        if (known?.fingerprint === file.fingerprint && known.code === file.code) continue;
        this.#files.set(file.key, file);
        if (!known) this.#add(file, undefined);
        else if (file.code) this.#replace(file, undefined);
        if (!file.code) changed.push(file);
      }
      for (const key of gone) this.#remove(key);
    })();
    if (changed.length > 0 || gone.size > 0) this.#generation++;
    return changed.sort((a, b) => b.modifiedAtMs - a.modifiedAtMs);
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
    const ids = this.#order(query);
    const read = this.#sqlite.prepare<[number], Values>('SELECT * FROM sessions WHERE id = ?');
    const rows = ids
      .slice(offset, offset + limit)
      .map((id) => read.get(id))
      .filter((row) => row !== undefined);
    return { total: ids.length, rows: rows.map(toSessionRow) };
  }

  facets(): Facets {
    const known = this.#facets;
    const isGood = known && (known.generation === this.#generation || Date.now() - known.atMs < goodMs);
    if (isGood) return known.value;
    const value = this.#countFacets();
    this.#facets = { value, atMs: Date.now(), generation: this.#generation };
    return value;
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

  /** The rows that a session's id names: copies of an archive have the same. */
  findSession(sessionId: string): SessionRow[] {
    return this.#select('session_id = ?', sessionId);
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

  #order(query: ListQuery): readonly number[] {
    const { sql, values } = whereSql(query);
    const statement = `SELECT id FROM sessions ${sql} ${orderSql(query)}`;
    const name = JSON.stringify([statement, values]);
    const known = this.#orders.get(name);
    if (known && (known.generation === this.#generation || Date.now() - known.atMs < goodMs))
      return known.ids;
    const ids = this.#sqlite.prepare<Values[], number>(statement).pluck().all(values);
    if (this.#orders.size >= 20) this.#orders.clear();
    this.#orders.set(name, { ids, generation: this.#generation, atMs: Date.now() });
    return ids;
  }

  #replace(file: SessionFile, summaries: readonly SessionSummary[] | undefined): void {
    this.#clear.run(file.key);
    this.#add(file, summaries);
  }

  #add(file: SessionFile, summaries: readonly SessionSummary[] | undefined): void {
    if (!summaries) this.#insert.run({ ...emptySummary, ...fileValues(file), key: file.key, is_read: 0 });
    for (const summary of summaries ?? []) {
      const key = sessionKey(file.key, summary.sessionId, summaries?.length === 1);
      this.#insert.run({ ...summaryValues(summary), ...fileValues(file), key, is_read: 1 });
    }
  }

  #remove(key: string): void {
    this.#files.delete(key);
    this.#clear.run(key);
  }
}

function fileValues(file: SessionFile): Values {
  return {
    file: file.key,
    path: file.path,
    size_bytes: file.sizeBytes,
    modified_at_ms: file.modifiedAtMs,
    sealing: file.sealing,
    version: file.version,
    code: file.code,
  };
}

function summaryValues(it: SessionSummary): Values {
  return {
    session_id: it.sessionId,
    parent_session_id: it.parentSessionId,
    parent_call_seq: it.parentCallSeq,
    title: it.title,
    agent_name: it.agentName,
    agent_version: it.agentVersion,
    model: it.model,
    status: it.status,
    started_at_ms: it.startedAtMs,
    duration_ms: it.durationMs,
    steps: it.steps,
    failures: it.failures,
    tokens: it.tokens,
    cost_usd: it.costUsd,
  };
}

const emptySummary: Values = {
  ...{ session_id: null, parent_session_id: null, parent_call_seq: null, title: null, agent_name: null },
  ...{ agent_version: null, model: null, status: null, started_at_ms: null, duration_ms: null },
  ...{ steps: null, failures: null, tokens: null, cost_usd: null },
};
