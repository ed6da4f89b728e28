import type { SessionSummary } from '../reading/index.ts';
import { type SessionFile, sessionKey } from '../sources/index.ts';
import type { Values } from './catalog-sql.ts';

/** The rows that a file has in the catalog: one a session; of a file that was not read, what is known without. */
export function rowsOf(file: SessionFile, summaries: readonly SessionSummary[] | undefined): Values[] {
  if (!summaries)
    return [{ ...summaryValues(), ...knownValues(file), ...fileValues(file), key: file.key, is_read: 0 }];
  return summaries.map((summary) => ({
    ...summaryValues(summary),
    ...fileValues(file),
    key: sessionKey(file.key, summary.sessionId, summaries.length === 1),
    is_read: 1,
  }));
}

function knownValues({ known }: SessionFile): Values {
  if (!known) return {};
  return { session_id: known.sessionId, agent_name: known.agent, started_at_ms: known.startedAtMs };
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

/** The columns of the catalog that a summary fills. */
const summaryColumns = {
  session_id: 'sessionId',
  parent_session_id: 'parentSessionId',
  parent_call_seq: 'parentCallSeq',
  title: 'title',
  agent_name: 'agentName',
  agent_version: 'agentVersion',
  model: 'model',
  status: 'status',
  started_at_ms: 'startedAtMs',
  duration_ms: 'durationMs',
  steps: 'steps',
  failures: 'failures',
  tokens: 'tokens',
  cost_usd: 'costUsd',
} as const satisfies Record<string, keyof SessionSummary>;

function summaryValues(summary?: SessionSummary): Values {
  const columns = Object.entries(summaryColumns);
  return Object.fromEntries(columns.map(([column, name]) => [column, summary ? summary[name] : null]));
}
