-- The licence moves out of packages, and the one that the files show out of the results of detect_licence.
INSERT INTO licences (package_seq, declared, detected)
SELECT
  packages.seq,
  packages.licence,
  (
    SELECT json_extract(tool_calls.result, '$.spdx')
    FROM tool_calls
    WHERE tool_calls.session_id = packages.session_id AND tool_calls.tool_name = 'detect_licence'
    ORDER BY tool_calls.seq DESC
    LIMIT 1
  )
FROM packages;
