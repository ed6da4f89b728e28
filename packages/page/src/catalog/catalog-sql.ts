import type { SessionRow } from '../api/index.ts';

export type Values = Readonly<Record<string, string | number | null>>;

/** What the table of sessions is narrowed to and sorted by. */
export interface ListQuery {
  /** A column of the table, with `-` before it for the greatest first. */
  readonly sort: string;
  readonly agent?: string | undefined;
  readonly model?: string | undefined;
  readonly status?: string | undefined;
  readonly version?: number | undefined;
  /** Sessions with a failed step, or files that cannot be read. */
  readonly failed?: boolean | undefined;
  readonly live?: boolean | undefined;
  /** In a session's id, title, agent, model or path, or else in one of `files`. */
  readonly text?: string | undefined;
  /** The files that hold the words searched for, by their keys. */
  readonly files?: readonly string[] | undefined;
}

export const catalogDdl = `CREATE TABLE sessions (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL, file TEXT NOT NULL, path TEXT NOT NULL, size_bytes INTEGER NOT NULL,
  modified_at_ms REAL NOT NULL, sealing TEXT NOT NULL, version INTEGER, code TEXT, is_read INTEGER NOT NULL,
  session_id TEXT, parent_session_id TEXT, parent_call_seq INTEGER, title TEXT, agent_name TEXT, agent_version TEXT,
  model TEXT, status TEXT, started_at_ms REAL, duration_ms REAL, steps INTEGER, failures INTEGER, tokens INTEGER, cost_usd REAL
);
CREATE INDEX sessions_key ON sessions (key);
CREATE INDEX sessions_file ON sessions (file);
CREATE INDEX sessions_session ON sessions (session_id);
CREATE INDEX sessions_parent ON sessions (parent_session_id)`;

const columns = [...catalogDdl.matchAll(/(?<=[(,]\s+)([a-z_]+) (?:INTEGER|TEXT|REAL)/g)]
  .map(([, name = '']) => name)
  .filter((name) => name !== 'id');

export const insertSql = `INSERT INTO sessions (${columns.join(', ')}) VALUES (${columns.map((it) => `@${it}`).join(', ')})`;

/** What can be sorted by, as SQL. A file that was not read yet stands where its last change puts it. */
export const sortable: Readonly<Record<string, string>> = {
  started: 'ifnull(started_at_ms, modified_at_ms)',
  agent: 'agent_name',
  model: 'model',
  status: 'status',
  version: 'version',
  duration: 'duration_ms',
  steps: 'steps',
  failures: 'failures',
  tokens: 'tokens',
  cost: 'cost_usd',
  size: 'size_bytes',
  title: 'ifnull(title, session_id)',
};

export function orderSql({ sort }: ListQuery): string {
  const column = sortable[sort.replace(/^-/, '')] ?? sortable.started;
  const direction = sort.startsWith('-') ? 'DESC' : 'ASC';
  return `ORDER BY ${column} ${direction} NULLS LAST, key`;
}

export function whereSql(query: ListQuery): { readonly sql: string; readonly values: Values } {
  const conditions = [
    query.agent !== undefined && 'agent_name = @agent',
    query.model !== undefined && 'model = @model',
    query.status !== undefined && 'status = @status',
    query.version !== undefined && 'version = @version',
    query.failed && '(failures > 0 OR code NOTNULL)',
    query.live && "sealing = 'live'",
    query.text && `(${textConditions(query)})`,
  ].filter((it) => typeof it === 'string' && it !== '');
  const values = {
    agent: query.agent ?? null,
    model: query.model ?? null,
    status: query.status ?? null,
    version: query.version ?? null,
    files: query.files ? JSON.stringify(query.files) : null,
    text: query.text ? `%${query.text.replaceAll(/[~%_]/g, (it) => `~${it}`)}%` : null,
  };
  return { sql: conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '', values };
}

function textConditions({ files = [] }: ListQuery): string {
  const columns = ['session_id', 'title', 'agent_name', 'model', 'path', 'code'];
  const own = columns.map((name) => `${name} LIKE @text ESCAPE '~'`);
  return [...own, ...(files.length > 0 ? ['file IN (SELECT value FROM json_each(@files))'] : [])].join(
    ' OR ',
  );
}

export function toSessionRow(row: Values): SessionRow {
  return {
    key: row.key as string,
    path: row.path as string,
    sizeBytes: row.size_bytes as number,
    modifiedAtMs: row.modified_at_ms as number,
    sealing: row.sealing as SessionRow['sealing'],
    version: row.version as number | null,
    code: row.code as string | null,
    isRead: row.is_read === 1,
    sessionId: row.session_id as string | null,
    parentSessionId: row.parent_session_id as string | null,
    title: row.title as string | null,
    agentName: row.agent_name as string | null,
    agentVersion: row.agent_version as string | null,
    model: row.model as string | null,
    status: row.status as string | null,
    startedAtMs: row.started_at_ms as number | null,
    durationMs: row.duration_ms as number | null,
    steps: row.steps as number | null,
    failures: row.failures as number | null,
    tokens: row.tokens as number | null,
    costUsd: row.cost_usd as number | null,
  };
}
