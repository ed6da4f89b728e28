/** How one engine says what others say otherwise. */
export interface QuestionDialect {
  /** A row's number of times that a condition holds: 1 or 0. */
  readonly oneIf: (condition: string) => string;
  /** A text inside a JSON column; NULL where there is none. */
  readonly field: (column: string, key: string) => string;
  readonly divideWhole: (a: string, b: number) => string;
  readonly characters: (text: string) => string;
  readonly bytes: (blob: string) => string;
  /** Unix time in milliseconds. */
  readonly time: (column: string) => string;
  /** A value that may be NULL, without its type saying so. */
  readonly never: (column: string) => string;
  readonly end: string;
}

const standard = {
  oneIf: (condition) => `CASE WHEN ${condition} THEN 1 ELSE 0 END`,
  divideWhole: (a, b) => `(${a}) / ${b}`,
  characters: (text) => `length(${text})`,
  time: (column) => column,
  never: (column) => column,
  end: '',
} satisfies Partial<QuestionDialect>;

export const questionDialects = {
  sqlite: {
    ...standard,
    field: (column, key) => `(${column} ->> '$.${key}')`,
    bytes: (blob) => `length(${blob})`,
  },
  postgres: {
    ...standard,
    field: (column, key) => `(${column} ->> '${key}')`,
    bytes: (blob) => `octet_length(${blob})`,
  },
  duckdb: {
    ...standard,
    field: (column, key) => `(${column} ->> '$.${key}')`,
    bytes: (blob) => `octet_length(${blob})`,
    divideWhole: (a, b) => `(${a}) // ${b}`,
    time: (column) => `epoch_ms(${column})`,
  },
  clickhouse: {
    ...standard,
    field: (column, key) => `nullIf(visitParamExtractString(coalesce(${column}, ''), '${key}'), '')`,
    bytes: (blob) => `length(${blob})`,
    divideWhole: (a, b) => `intDiv(${a}, ${b})`,
    characters: (text) => `lengthUTF8(${text})`,
    never: (column) => `assumeNotNull(${column})`,
    end: ' SETTINGS join_use_nulls = 1',
  },
} satisfies Record<string, QuestionDialect>;

/** Of ClickHouse on the Parquet, where times are times. */
export const clickHouseOnParquet: QuestionDialect = {
  ...questionDialects.clickhouse,
  time: (column) => `toUnixTimestamp64Milli(${column})`,
};

/** Twenty questions to the standard tables: what `varve ask` asks, without rounding and limits, and joins. */
export function twentyQuestions(dialect: QuestionDialect): Readonly<Record<string, string>> {
  const { oneIf, field, divideWhole, characters, bytes, time, never, end } = dialect;
  const sum = (condition: string) => `sum(${oneIf(condition)})`;
  const project = `coalesce(${field('metadata', 'cwd')}, ${field('metadata', 'directory')}, '')`;
  const calls = `SELECT _archive, count(*) AS calls, ${sum(`status = 'error'`)} AS failed FROM tool_calls GROUP BY _archive`;
  const used = `SELECT _archive, count(*) AS requests, sum(input_tokens) AS input, sum(cache_read_input_tokens) AS cached,
    sum(output_tokens) AS output, sum(cost_usd) AS usd FROM model_calls GROUP BY _archive`;
  const said = 'SELECT _archive, count(*) AS messages FROM messages GROUP BY _archive';
  const heads = `SELECT _archive, id, agent_name, status, ${project} AS project, ${time('started_at_ms')} AS started,
    ${time('ended_at_ms')} - ${time('started_at_ms')} AS took, parent_session_id, title FROM sessions`;
  const questions = {
    cost: `SELECT project, agent_name, count(*) AS n, sum(requests) AS r, sum(input) AS i, sum(cached) AS c, sum(output) AS o,
      sum(usd) AS u FROM (${heads}) AS h LEFT JOIN (${used}) AS u2 USING (_archive) GROUP BY project, agent_name`,
    models: `SELECT coalesce(response_model, request_model, 'unknown') AS model, coalesce(provider_name, '') AS provider,
      count(*) AS n, ${sum(`status IN ('error', 'interrupted')`)} AS failed, count(DISTINCT session_id) AS s,
      sum(input_tokens) AS i, 1.0 * sum(cache_read_input_tokens) / nullif(sum(input_tokens), 0) AS share,
      sum(output_tokens) AS o, sum(reasoning_output_tokens) AS r, sum(cost_usd) AS u
      FROM model_calls GROUP BY coalesce(response_model, request_model, 'unknown'), coalesce(provider_name, '')`,
    sessions: `SELECT id, agent_name, project, coalesce(title, '') AS t, coalesce(parent_session_id, '') AS parent, started, took,
      status, coalesce(messages, 0) AS m, coalesce(calls, 0) AS c, coalesce(failed, 0) AS f FROM (
        SELECT * FROM (${heads}) AS h LEFT JOIN (${said}) AS s USING (_archive)) AS hs LEFT JOIN (${calls}) AS c2 USING (_archive)`,
    tools: `SELECT tool_name, count(*) AS n, ${sum(`status = 'error'`)} AS failed,
      1.0 * ${sum(`status = 'error'`)} / nullif(${sum(`status IN ('ok', 'error')`)}, 0) AS share, ${sum(`status = 'denied'`)} AS denied,
      avg(duration_ms) AS mean, max(duration_ms) AS slowest, count(DISTINCT session_id) AS s FROM tool_calls GROUP BY tool_name`,
    'tools by agent': `SELECT agent_name, tool_name, count(*) AS n, sum(duration_ms) AS ms
      FROM (SELECT _archive, agent_name FROM sessions) AS s JOIN (SELECT _archive, tool_name, duration_ms FROM tool_calls) AS c USING (_archive)
      GROUP BY agent_name, tool_name`,
    'errors by class': `SELECT coalesce(error_type, 'none') AS e, count(*) AS n, min(${time('started_at_ms')}) AS first_at
      FROM tool_calls GROUP BY coalesce(error_type, 'none')`,
    'agents without failures': `SELECT agent_name, count(*) AS n FROM sessions
      WHERE _archive NOT IN (SELECT _archive FROM tool_calls WHERE status = 'error') GROUP BY agent_name`,
    'confidence by agent': `SELECT agent_name, avg(confidence) AS mean, min(confidence) AS least, count(confidence) AS told, count(*) AS n
      FROM (SELECT _archive, agent_name FROM sessions) AS s JOIN (SELECT _archive, confidence FROM decisions) AS d USING (_archive) GROUP BY agent_name`,
    'calls of a decision': `SELECT summary, count(*) AS n, sum(duration_ms) AS ms FROM
      (SELECT _archive, seq AS decision_seq, summary FROM decisions) AS d JOIN
      (SELECT _archive, ${never('decision_seq')} AS decision_seq, duration_ms FROM tool_calls WHERE decision_seq IS NOT NULL) AS c
      USING (_archive, decision_seq) GROUP BY summary`,
    'tokens a day': `SELECT ${divideWhole(time('started_at_ms'), 86_400_000)} AS d, sum(input_tokens) AS i, sum(output_tokens) AS o
      FROM model_calls GROUP BY ${divideWhole(time('started_at_ms'), 86_400_000)}`,
    'days of agents': `SELECT agent_name, count(DISTINCT ${divideWhole(time('started_at_ms'), 86_400_000)}) AS d,
      min(${time('started_at_ms')}) AS a, max(${time('started_at_ms')}) AS z FROM sessions GROUP BY agent_name`,
    'without a call': `SELECT count(*) AS n FROM (SELECT _archive FROM sessions) AS s
      LEFT JOIN (${calls}) AS c USING (_archive) WHERE calls IS NULL`,
    'the first tool': `SELECT tool_name, count(*) AS n FROM
      (SELECT _archive, min(seq) AS seq FROM tool_calls GROUP BY _archive) AS f
      JOIN (SELECT _archive, seq, tool_name FROM tool_calls) AS c USING (_archive, seq) GROUP BY tool_name`,
    'sub-agents': `SELECT parent_name, agent_name, count(*) AS n FROM
      (SELECT id AS parent, agent_name AS parent_name FROM sessions) AS p JOIN
      (SELECT ${never('parent_session_id')} AS parent, agent_name FROM sessions WHERE parent_session_id IS NOT NULL) AS c USING (parent)
      GROUP BY parent_name, agent_name`,
    'outputs by kind': `SELECT kind, count(*) AS n, ${sum('is_final = 1')} AS final, sum(${characters('kind')}) AS c FROM outputs GROUP BY kind`,
    'longest summaries': `SELECT max(${characters('summary')}) AS longest, sum(${characters('summary')}) AS all_of_it, count(rationale) AS told FROM decisions`,
    'bytes kept': `SELECT name, count(*) AS n, count(value) AS told, sum(${bytes('blob')}) AS b FROM intermediate_results GROUP BY name`,
    'paths asked for': `SELECT coalesce(${field('arguments', 'path')}, 'none') AS p, count(*) AS n FROM tool_calls
      GROUP BY coalesce(${field('arguments', 'path')}, 'none')`,
    'versions and states': `SELECT _version, status, count(*) AS n FROM sessions GROUP BY _version, status`,
    'what calls of models led to': `SELECT model, tool_name, count(*) AS n, max(usd) AS dearest FROM
      (SELECT _archive, seq AS model_call_seq, coalesce(request_model, '') AS model, cost_usd AS usd FROM model_calls) AS m JOIN
      (SELECT _archive, ${never('model_call_seq')} AS model_call_seq, tool_name FROM tool_calls WHERE model_call_seq IS NOT NULL) AS c
      USING (_archive, model_call_seq) GROUP BY model, tool_name`,
  };
  return Object.fromEntries(Object.entries(questions).map(([name, sql]) => [name, sql + end]));
}
