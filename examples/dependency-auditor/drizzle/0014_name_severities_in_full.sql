UPDATE findings
SET severity = CASE severity WHEN 'warn' THEN 'warning' WHEN 'error' THEN 'critical' ELSE severity END;
