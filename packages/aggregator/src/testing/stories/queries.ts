import type { Story } from './story.ts';

export const queries: readonly Story[] = [
  {
    title: 'common table expressions, ranks and duplicates',
    rows: `INSERT INTO messages VALUES (1,'a','user','hi',10),(2,'a','bot','yo',12),(3,'a','user','hi',13),(4,'b','user','q',5),(5,NULL,'sys','s',1),(6,'b','bot','r',6); `,
    steps: [
      `CREATE TABLE messages (id INTEGER PRIMARY KEY, session TEXT, role TEXT, body TEXT, at INTEGER); CREATE TABLE sessions (id TEXT PRIMARY KEY, first_at INTEGER, n INTEGER DEFAULT 0);`,
      `INSERT INTO sessions (id, first_at, n) SELECT session, min(at), count(*) FROM messages WHERE session IS NOT NULL GROUP BY session ORDER BY session;`,
      `ALTER TABLE messages ADD seq INTEGER; WITH ranked AS (SELECT id, row_number() OVER (PARTITION BY session ORDER BY at, id) AS rn FROM messages) UPDATE messages SET seq = (SELECT rn FROM ranked WHERE ranked.id = messages.id);`,
      `DELETE FROM messages WHERE id NOT IN (SELECT min(id) FROM messages GROUP BY session, body);`,
      `WITH RECURSIVE c(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM c WHERE x < 4) INSERT INTO sessions (id, n) SELECT 'gen' || x, x FROM c;`,
      `UPDATE sessions SET n = x.c FROM (SELECT session, count(*) AS c FROM messages GROUP BY session) AS x WHERE x.session = sessions.id;`,
      `CREATE TABLE last (session TEXT PRIMARY KEY, body TEXT); INSERT INTO last SELECT session, body FROM (SELECT *, max(at) OVER (PARTITION BY session) m FROM messages WHERE session IS NOT NULL) WHERE at = m GROUP BY session;
  DELETE FROM sessions WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.session = sessions.id) AND n > 2;`,
    ],
  },
  {
    title: 'lists made of rows by INSERT … SELECT',
    rows: `INSERT INTO calls VALUES (1,'read',0.5,1,NULL),(2,'read',2.5,0,1),(3,'bash',1.5,1,1),(4,'bash',NULL,1,2),(5,'grep',9,0,1),(6,NULL,3,1,5),(9,'READ',4,0,3);`,
    steps: [
      `CREATE TABLE calls (id INTEGER PRIMARY KEY, tool TEXT, took REAL, ok INT, parent INT REFERENCES calls(id)); CREATE TABLE tools (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, uses INT);`,
      `INSERT INTO tools (name, uses) SELECT tool, count(*) FROM calls GROUP BY tool ORDER BY count(*) DESC, tool;`,
      `ALTER TABLE calls ADD tool_id INTEGER REFERENCES tools(id); UPDATE calls SET tool_id = (SELECT id FROM tools WHERE name = calls.tool);`,
      `CREATE TABLE slow AS SELECT tool, max(took) AS took FROM calls GROUP BY tool HAVING max(took) > 1;`,
      `INSERT INTO slow SELECT tool, took FROM calls WHERE took IS NOT NULL ORDER BY took DESC, id LIMIT 2 OFFSET 1;
  INSERT INTO slow(tool) SELECT tool FROM calls EXCEPT SELECT name FROM tools WHERE uses > 1; INSERT INTO slow SELECT DISTINCT tool, -1 FROM calls UNION SELECT 'z', 0;`,
      `UPDATE calls SET (took, ok) = (SELECT avg(c.took), sum(c.ok) FROM calls c WHERE c.tool IS calls.tool) WHERE took IS NULL;`,
      `ALTER TABLE calls DROP COLUMN tool; UPDATE calls SET parent = NULL WHERE parent NOT IN (SELECT id FROM calls);`,
      `UPDATE OR IGNORE tools SET name = upper(name); UPDATE tools SET uses = uses + 1 WHERE id IN (SELECT tool_id FROM calls WHERE ok) RETURNING id;`,
    ],
  },
  {
    title: 'ordinals and running sums',
    rows: `INSERT INTO steps VALUES ('s1','r1',0,10,5),('s2','r1',10,15,NULL),('s3','r1',10,40,7),('s4','r2',3,9,1),('s5','r2',4,4,2),('s6','r3',1,2,3);`,
    steps: [
      `CREATE TABLE steps (id TEXT PRIMARY KEY NOT NULL, run TEXT NOT NULL, started INT, ended INT, tokens INT);`,
      `ALTER TABLE steps ADD ordinal INTEGER DEFAULT 0 NOT NULL; UPDATE steps SET ordinal = (SELECT count(*) FROM steps s WHERE s.run = steps.run AND (s.started < steps.started OR (s.started = steps.started AND s.id < steps.id)));`,
      `CREATE TABLE runs (id TEXT PRIMARY KEY NOT NULL, steps INT, tokens INT, longest TEXT, share REAL); INSERT INTO runs SELECT run, count(*), sum(tokens), (SELECT id FROM steps x WHERE x.run = s.run ORDER BY ended - started DESC, id LIMIT 1), sum(tokens) * 1.0 / (SELECT sum(tokens) FROM steps) FROM steps s GROUP BY run;`,
      `CREATE TABLE __new_steps (id TEXT PRIMARY KEY NOT NULL, run TEXT NOT NULL REFERENCES runs(id), ordinal INT NOT NULL, gap INT, running INT, tokens INT, UNIQUE (run, ordinal)); INSERT INTO __new_steps SELECT id, run, ordinal, started - lag(ended) OVER w, sum(tokens) OVER (w ROWS UNBOUNDED PRECEDING), tokens FROM steps WINDOW w AS (PARTITION BY run ORDER BY ordinal); DROP TABLE steps; ALTER TABLE __new_steps RENAME TO steps;`,
      `UPDATE runs SET tokens = s.running FROM steps s WHERE s.run = runs.id;`,
      `UPDATE steps SET tokens = 0 WHERE tokens IS NULL; DELETE FROM runs WHERE id IN (SELECT run FROM steps GROUP BY run HAVING count(*) < 2) AND NOT EXISTS (SELECT 1 FROM steps s WHERE s.run = runs.id);`,
    ],
  },
  {
    title: 'tables made from views',
    rows: `INSERT INTO ev VALUES (1,'a',1700000000,0.5),(2,'a',0,2),(3,'b',NULL,3),(4,NULL,5,NULL);`,
    steps: [
      `CREATE TABLE ev (id INTEGER PRIMARY KEY, kind TEXT, at INT, cost REAL); CREATE VIEW by_kind AS SELECT kind, count(*) n, sum(cost) cost FROM ev GROUP BY kind; CREATE VIEW big AS SELECT * FROM ev WHERE cost > 1;`,
      `CREATE TABLE stats AS SELECT * FROM by_kind; ALTER TABLE stats ADD at INT DEFAULT 0;`,
      `DROP VIEW by_kind; ALTER TABLE ev RENAME COLUMN kind TO type; CREATE VIEW by_type (t, n) AS SELECT type, count(*) FROM ev GROUP BY 1 ORDER BY 2 DESC;`,
      `UPDATE stats SET n = (SELECT n FROM by_type WHERE t = stats.kind) WHERE kind IN (SELECT type FROM big);`,
      `ALTER TABLE ev ADD extra TEXT DEFAULT 'e'; UPDATE ev SET extra = (SELECT group_concat(t ORDER BY t DESC) FROM by_type) WHERE id = 1;`,
      `CREATE TABLE __new_ev (id INTEGER PRIMARY KEY, type TEXT, at TEXT, cost REAL, extra TEXT); INSERT INTO __new_ev SELECT id, type, datetime(at, 'unixepoch'), cost, extra FROM ev; DROP TABLE ev; ALTER TABLE __new_ev RENAME TO ev;`,
    ],
    underViews: [5],
  },
  {
    title: 'collations',
    rows: `INSERT INTO t VALUES (1,'abc','x  ','ABC'),(2,'ABC','x','abc'),(3,'Q',NULL,'q'),(4,NULL,'y ',''),(5,'É','x ','é');`,
    steps: [
      `CREATE TABLE t (id INTEGER PRIMARY KEY, n TEXT COLLATE NOCASE, r TEXT COLLATE RTRIM, b TEXT);`,
      `CREATE TABLE d AS SELECT DISTINCT n, r FROM t; CREATE TABLE g (n TEXT, c INT, lo TEXT, hi TEXT); INSERT INTO g SELECT n, count(*), min(b), max(b) FROM t GROUP BY n;`,
      `UPDATE t SET b = 'same' WHERE n = b; UPDATE t SET b = 'r' WHERE r = 'x'; DELETE FROM t WHERE n = 'ABC' COLLATE BINARY;`,
      `CREATE TABLE __new_t (id INTEGER PRIMARY KEY, n TEXT, r TEXT, b TEXT COLLATE NOCASE); INSERT INTO __new_t SELECT * FROM t; DROP TABLE t; ALTER TABLE __new_t RENAME TO t;`,
      `UPDATE t SET r = 'hit' WHERE n IN ('ABC', 'q') OR b = 'SAME'; DELETE FROM g WHERE n IN (SELECT n FROM t);`,
      `INSERT INTO g (n, c) SELECT b, count(*) FROM t GROUP BY b HAVING count(*) > 1; UPDATE g SET lo = CASE n WHEN 'SAME' THEN 'x' ELSE lo END WHERE n LIKE 's%' OR n GLOB '[a-c]*';`,
    ],
  },
  {
    title: 'texts and dates taken apart',
    rows: `INSERT INTO f VALUES (1,'xaébx','2024-02-29 12:34:56.789',NULL),(2,'','1969-12-31','z'),(3,NULL,'bad',NULL),(4,'{"a": 1}',2460000.5,'q'),(5,'a_b',NULL,NULL),(6,'n5','2024-01-31T00:00:00+02:00',NULL);`,
    steps: [
      `CREATE TABLE f (id INTEGER PRIMARY KEY, s TEXT, d TEXT, u TEXT);`,
      `UPDATE f SET u = upper(s) || '-' || substr(s, -3, 2) || trim(s, 'xé') || replace(s, 'a', '') WHERE s IS NOT NULL;`,
      `ALTER TABLE f ADD ms INTEGER; UPDATE f SET ms = CAST((julianday(d) - 2440587.5) * 86400000 AS INTEGER), d = strftime('%Y-%m-%dT%H:%M:%fZ', d);`,
      `UPDATE f SET u = concat_ws(',', id, s, d), s = iif(s IS DISTINCT FROM u, nullif(s, ''), printf('%5.2f|%-6s|%x|%q', id, s, 255, s));`,
      `UPDATE f SET u = (SELECT group_concat(value, '+') FROM json_each('["a","b"]')) || instr(u, ',') || unicode(u) || char(233, 128512) || quote(s) || hex(zeroblob(2)) || coalesce(unhex('4z'), unhex('41'));`,
      `UPDATE f SET d = date(d, '+1 month', 'start of month', '-1 day'), ms = unixepoch(d) * 1000 + ms % 1000 WHERE d IS NOT NULL; UPDATE f SET s = s -> '$' WHERE json_valid(s);`,
      `DELETE FROM f WHERE s LIKE '%\\_%' ESCAPE '\\' OR s GLOB '*[0-9]';`,
    ],
  },
  {
    title: 'a view that calls functions of a full-text index',
    rows: `INSERT INTO d VALUES (1,'alpha beta'),(2,'beta');`,
    steps: [
      `CREATE TABLE d (id INTEGER PRIMARY KEY, x TEXT); CREATE VIRTUAL TABLE d_fts USING fts5(x, content='d', content_rowid='id'); CREATE TRIGGER d_i AFTER INSERT ON d BEGIN INSERT INTO d_fts(rowid, x) VALUES (new.id, new.x); END; CREATE TRIGGER d_d AFTER DELETE ON d BEGIN INSERT INTO d_fts(d_fts, rowid, x) VALUES ('delete', old.id, old.x); END;`,
      `CREATE VIEW found AS SELECT rowid AS id, highlight(d_fts, 0, '<', '>') AS h FROM d_fts WHERE d_fts MATCH 'beta';`,
      `INSERT INTO d VALUES (3,'gamma beta'); DELETE FROM d WHERE id = 1;`,
      `CREATE TABLE hits (id INT, h TEXT); INSERT INTO hits SELECT id, h FROM found ORDER BY id;`,
    ],
  },
];
