-- An audit's output said {"ok", "problems"}; from now on it says {"verdict", "score", "reasons"}.
UPDATE outputs SET is_final = 1 WHERE kind = 'audit';
--> statement-breakpoint
UPDATE outputs
SET content = json_object(
  'verdict', CASE WHEN json_extract(content, '$.ok') THEN 'approve' ELSE 'review' END,
  'score', max(0, 100 - 20 * json_array_length(content, '$.problems')),
  'reasons', json_extract(content, '$.problems')
)
WHERE kind = 'audit' AND json_type(content, '$.problems') = 'array';
