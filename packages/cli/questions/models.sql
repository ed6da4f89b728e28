-- Which models were asked how often, how many requests failed, and what they used and cost, the most used first.
--
-- The model is the one that answered, or the one that was asked where none is known to have answered. cached_share is the part
-- of the input that came from the provider's cache.
SELECT
  coalesce(response_model, request_model, 'unknown') AS model,
  coalesce(provider_name, '') AS provider,
  count(*) AS calls,
  sum(status IN ('error', 'interrupted')) AS failed,
  count(DISTINCT session_id) AS sessions,
  sum(input_tokens) AS input_tokens,
  round(1.0 * sum(cache_read_input_tokens) / nullif(sum(input_tokens), 0), 3) AS cached_share,
  sum(output_tokens) AS output_tokens,
  sum(reasoning_output_tokens) AS reasoning_tokens,
  round(sum(cost_usd), 2) AS usd
FROM model_calls
GROUP BY 1, 2
ORDER BY coalesce(sum(output_tokens), 0) DESC, calls DESC, 1, 2;
