-- What sessions used, and what that cost, by project and agent, the most expensive first.
--
-- A project is the folder that the agent worked in. Tokens and dollars are summed over model_calls, where each request is one
-- row: input_tokens is all of the input, and cached_tokens the part of it that came from the provider's cache. Dollars are
-- those that the session itself recorded: Claude Code and Codex log none.
WITH used AS (
  SELECT
    session_id,
    count(*) AS calls,
    sum(input_tokens) AS input_tokens,
    sum(cache_read_input_tokens) AS cached_tokens,
    sum(output_tokens) AS output_tokens,
    sum(cost_usd) AS usd
  FROM model_calls
  GROUP BY session_id
)
SELECT
  coalesce(sessions.metadata ->> '$.cwd', sessions.metadata ->> '$.directory', '') AS project,
  sessions.agent_name AS agent,
  count(*) AS sessions,
  sum(used.calls) AS model_calls,
  sum(used.input_tokens) AS input_tokens,
  sum(used.cached_tokens) AS cached_tokens,
  sum(used.output_tokens) AS output_tokens,
  round(sum(used.usd), 2) AS usd
FROM sessions
LEFT JOIN used ON used.session_id = sessions.id
GROUP BY 1, 2
ORDER BY coalesce(sum(used.usd), 0) DESC, coalesce(sum(used.output_tokens), 0) DESC, 1, 2;
