-- The licence moves out of packages; that its text is shipped was known only from the call of detect_licence.
INSERT INTO licences (package_seq, declared, is_shipped)
SELECT
  seq,
  licence,
  EXISTS (
    SELECT 1
    FROM tool_calls
    WHERE tool_calls.session_id = packages.session_id
      AND tool_calls.tool_name = 'detect_licence'
      AND tool_calls.status = 'ok'
  )
FROM packages;
