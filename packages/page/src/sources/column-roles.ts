/** A column of head. */
export interface HeadColumn {
  readonly name: string;
  readonly type: string;
  readonly isKey: boolean;
}

/** What a timeline shows of a row, as SQL columns: the first of these names that a table has. */
const candidates = {
  label: [
    'tool_name',
    'tool',
    'role',
    'summary',
    'name',
    'title',
    'event_type',
    'event',
    'kind',
    'type',
    'rule',
  ],
  preview: [
    ...['arguments', 'parts', 'rationale', 'content', 'value', 'message', 'text', 'body', 'payload', 'data'],
    ...['input', 'result', 'output', 'detail', 'description', 'summary'],
  ],
  status: ['status', 'state'],
  startedAt: [
    ...['started_at_ms', 'decided_at_ms', 'created_at_ms', 'recorded_at_ms', 'at_ms', 'time_created'],
    ...['started_at', 'created_at', 'timestamp', 'time', 'began_ms', 'began', 'at'],
  ],
  durationMs: ['duration_ms', 'took_ms', 'latency_ms', 'elapsed_ms'],
  errorMessage: ['error_message', 'error'],
  errorType: ['error_type', 'error_code'],
  attempt: ['attempt'],
  inputTokens: ['input_tokens', 'prompt_tokens', 'tokens_in'],
  outputTokens: ['output_tokens', 'completion_tokens', 'tokens_out'],
  costUsd: ['cost_usd', 'cost'],
  callId: ['tool_call_id', 'call_id'],
} as const;

const sessionCandidates = {
  title: ['title', 'name', 'subject', 'task'],
  agentName: ['agent_name', 'agent'],
  agentVersion: ['agent_version', 'version'],
  model: ['request_model', 'model', 'model_name', 'response_model'],
  status: ['status', 'state'],
  startedAt: [
    'started_at_ms',
    'created_at_ms',
    'began_ms',
    'started_at',
    'created_at',
    'time_created',
    'began',
  ],
  endedAt: ['ended_at_ms', 'finished_at_ms', 'ended_ms', 'ended_at', 'finished_at'],
  parentSessionId: ['parent_session_id', 'parent_id', 'parent_run_id'],
  parentCallSeq: ['parent_call_seq'],
} as const;

export type StepRole = keyof typeof candidates;
export type SessionRole = keyof typeof sessionCandidates;

export type StepRoles = Readonly<Partial<Record<StepRole, string>>>;
export type SessionRoles = Readonly<Partial<Record<SessionRole, string>>>;

/** What a timeline table's columns stand for; a text column is the label where none has a known name. */
export function readStepRoles(columns: readonly HeadColumn[]): StepRoles {
  const roles = pick(candidates, columns);
  const fallback = columns.find(
    ({ name, type, isKey }) => !isKey && /TEXT|CHAR/i.test(type) && !/_?id$/i.test(name),
  );
  return roles.label || !fallback ? roles : { ...roles, label: fallback.name };
}

export function readSessionRoles(columns: readonly HeadColumn[]): SessionRoles {
  return pick(sessionCandidates, columns);
}

function pick<TRole extends string>(
  wanted: Readonly<Record<TRole, readonly string[]>>,
  columns: readonly HeadColumn[],
): Partial<Record<TRole, string>> {
  const byName = new Map(columns.map(({ name }) => [name.toLowerCase(), name]));
  const roles = Object.entries<readonly string[]>(wanted).flatMap(([role, names]) => {
    const name = names.map((it) => byName.get(it)).find((it) => it !== undefined);
    return name === undefined ? [] : [[role, name]];
  });
  return Object.fromEntries(roles);
}
