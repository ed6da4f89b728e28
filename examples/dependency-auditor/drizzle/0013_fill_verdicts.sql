INSERT INTO verdicts (package_seq, verdict, score, reasons, decided_at_ms)
SELECT
  packages.seq,
  json_extract(outputs.content, '$.verdict'),
  json_extract(outputs.content, '$.score'),
  json_extract(outputs.content, '$.reasons'),
  outputs.created_at_ms
FROM outputs
JOIN packages ON packages.session_id = outputs.session_id
WHERE outputs.kind = 'audit' AND outputs.is_final = 1;
