import type { PageInfo } from '../../../src/api/session-list.ts';

export interface Preset {
  readonly title: string;
  readonly sql: string;
}

/** `table.column` of what a preset needs. */
interface Offer extends Preset {
  readonly needs: readonly string[];
}

const offers: readonly Offer[] = [
  {
    title: 'Tools by failures',
    needs: ['tool_calls.tool_name', 'tool_calls.status'],
    sql: `SELECT tool_name, count(*) AS calls, sum(status = 'error') AS failed
FROM tool_calls GROUP BY 1 ORDER BY failed DESC LIMIT 30`,
  },
  {
    title: 'Slowest tools',
    needs: ['tool_calls.tool_name', 'tool_calls.duration_ms'],
    sql: `SELECT tool_name, round(avg(duration_ms), 2) AS mean_ms, round(max(duration_ms), 2) AS longest_ms
FROM tool_calls GROUP BY 1 ORDER BY mean_ms DESC LIMIT 30`,
  },
  {
    title: 'Sessions by hour',
    needs: ['sessions.started_at_ms'],
    sql: `SELECT started_at_ms / 3600000 * 3600000 AS hour_at_ms, count(*) AS sessions
FROM sessions GROUP BY 1 ORDER BY 1`,
  },
  {
    title: 'Tokens by model',
    needs: ['model_calls.request_model', 'model_calls.input_tokens'],
    sql: `SELECT request_model, sum(input_tokens) AS input, sum(output_tokens) AS output, sum(cost_usd) AS usd
FROM model_calls GROUP BY 1 ORDER BY input DESC`,
  },
  {
    title: 'Sessions by agent and version',
    needs: ['sessions.agent_name', 'sessions.agent_version'],
    sql: `SELECT agent_name || ' ' || ifnull(agent_version, '') AS agent, count(*) AS sessions
FROM sessions GROUP BY 1 ORDER BY 1`,
  },
  {
    title: 'Errors by type',
    needs: ['tool_calls.error_type'],
    sql: `SELECT error_type, count(*) AS times, max(error_message) AS for_example
FROM tool_calls WHERE error_type IS NOT NULL GROUP BY 1 ORDER BY times DESC`,
  },
  {
    title: 'How long calls take',
    needs: ['tool_calls.duration_ms'],
    sql: 'SELECT duration_ms FROM tool_calls WHERE duration_ms IS NOT NULL LIMIT 10000',
  },
];

/** The questions that these tables can answer; of tables that none is for, their sizes. */
export function presetsFor(tables: PageInfo['tables']): readonly Preset[] {
  const known = new Set(tables.flatMap(({ name, columns }) => columns.map((column) => `${name}.${column}`)));
  const fitting = offers.filter(({ needs }) => needs.every((it) => known.has(it)));
  const sizes = tables.map(
    ({ name }) =>
      `SELECT '${name.replaceAll("'", "''")}' AS name, count(*) AS rows FROM "${name.replaceAll('"', '""')}"`,
  );
  return [
    ...fitting,
    ...(sizes.length > 0 ? [{ title: 'Rows by table', sql: sizes.join('\nUNION ALL ') }] : []),
  ];
}
