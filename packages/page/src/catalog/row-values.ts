import type { SessionSummary } from '../reading/index.ts';
import { type SessionFile, sessionKey } from '../sources/index.ts';
import type { Values } from './catalog-sql.ts';

/** The rows that a file has in the catalog: one a session; of a file that was not read, what is known without. */
export function rowsOf(file: SessionFile, summaries: readonly SessionSummary[] | undefined): Values[] {
  if (!summaries)
    return [{ ...emptySummary, ...knownValues(file), ...fileValues(file), key: file.key, is_read: 0 }];
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
