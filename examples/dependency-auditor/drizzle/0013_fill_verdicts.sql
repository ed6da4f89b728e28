INSERT INTO verdicts (session_id, verdict, score, reasons, decided_at_ms)
SELECT
  session_id,
  json_extract(content, '$.verdict'),
  json_extract(content, '$.score'),
  json_extract(content, '$.reasons'),
  created_at_ms
FROM outputs
WHERE kind = 'audit' AND is_final = 1;
