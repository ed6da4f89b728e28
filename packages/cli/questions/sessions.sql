-- The longest sessions, by the time from their first record to their last.
--
-- Sub-agents are sessions of their own: parent names the session that started one.
WITH said AS (
  SELECT session_id, count(*) AS messages FROM messages GROUP BY session_id
), called AS (
  SELECT session_id, count(*) AS tool_calls, sum(status = 'error') AS failed FROM tool_calls GROUP BY session_id
), used AS (
  SELECT session_id, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens FROM model_calls GROUP BY session_id
)
SELECT
  sessions.id AS session,
  sessions.agent_name AS agent,
  coalesce(sessions.metadata ->> '$.cwd', sessions.metadata ->> '$.directory', '') AS project,
  coalesce(sessions.title, '') AS title,
  coalesce(sessions.parent_session_id, '') AS parent,
  datetime(sessions.started_at_ms / 1000, 'unixepoch') AS started,
  round((sessions.ended_at_ms - sessions.started_at_ms) / 60000.0, 1) AS minutes,
  sessions.status,
  coalesce(said.messages, 0) AS messages,
  coalesce(called.tool_calls, 0) AS tool_calls,
  coalesce(called.failed, 0) AS failed,
  used.input_tokens,
  used.output_tokens
FROM sessions
LEFT JOIN said ON said.session_id = sessions.id
LEFT JOIN called ON called.session_id = sessions.id
LEFT JOIN used ON used.session_id = sessions.id
ORDER BY sessions.ended_at_ms - sessions.started_at_ms DESC, sessions.id
LIMIT 50;
