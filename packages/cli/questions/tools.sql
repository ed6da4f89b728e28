-- Which tools were called how often, how many calls failed, were refused or never ended, and how long they took, those that
-- fail most often first.
--
-- failed_share is of the calls that ended, as a part of one. slowest_ms and mean_ms are of calls whose time is known.
SELECT
  tool_name AS tool,
  count(*) AS calls,
  sum(status = 'error') AS failed,
  round(1.0 * sum(status = 'error') / nullif(sum(status IN ('ok', 'error')), 0), 3) AS failed_share,
  sum(status = 'denied') AS denied,
  sum(status IN ('running', 'interrupted', 'cancelled')) AS not_ended,
  round(avg(duration_ms), 1) AS mean_ms,
  round(max(duration_ms), 1) AS slowest_ms,
  count(DISTINCT session_id) AS sessions
FROM tool_calls
GROUP BY tool_name
ORDER BY failed DESC, calls DESC, tool_name;
