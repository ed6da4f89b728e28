import type { Story } from './story.ts';

/** Histories of tables that hold JSON. */
export const ofJson: readonly Story[] = [
  {
    title: 'events whose JSON every release reshapes',
    rows: `INSERT INTO ev VALUES (1,'{"type":"tool","args":{"p":[1,2]},"n":1.0,"ts":"2024"}','s1',NULL),(2,'{"type":"msg","text":"h\\"i","n":12345678901234567890}','s1',0),(3,NULL,'s2',1),(4,'{"type":"tool","type":"dup","args":null}','s2',2),(5,' {  "args" : 5 , "v":0}','s3',3),(6,'[]','s4',NULL),(7,'{type:"x",args:{q:0x1F,}}','s5',NULL);`,
    steps: [
      `CREATE TABLE ev (id INTEGER PRIMARY KEY, payload TEXT, session TEXT NOT NULL, k INTEGER);`,
      `UPDATE ev SET payload = json_set(payload, '$.v', 2) WHERE payload IS NOT NULL;`,
      `UPDATE ev SET payload = json_remove(json_set(payload, '$.arguments', json_extract(payload, '$.args')), '$.args') WHERE payload IS NOT NULL; ALTER TABLE ev ADD COLUMN kind TEXT;`,
      `UPDATE ev SET kind = json_extract(payload, '$.type'), payload = json_remove(payload, '$.type') WHERE payload IS NOT NULL;`,
      `UPDATE ev SET payload = json_set(payload, '$.meta', json_object('session', session, 'k', k)); UPDATE ev SET payload = json_insert(payload, '$.meta.seq', (SELECT count(*) FROM ev AS e WHERE e.session = ev.session AND e.id < ev.id));`,
      `CREATE TABLE ev2 (id INTEGER PRIMARY KEY, session TEXT NOT NULL, kind TEXT GENERATED ALWAYS AS (json_extract(payload, '$.kind')) VIRTUAL, payload TEXT NOT NULL DEFAULT '{}', args TEXT AS (payload -> '$.arguments') STORED); INSERT INTO ev2 (id, session, payload) SELECT id, session, json_set(coalesce(payload, '{}'), '$.kind', kind) FROM ev; DROP TABLE ev; ALTER TABLE ev2 RENAME TO ev; CREATE INDEX ev_kind ON ev (kind); CREATE INDEX ev_v ON ev (payload ->> '$.v');`,
      `UPDATE ev SET payload = json_replace(payload, '$.v', 3) WHERE json_type(payload) = 'object'; UPDATE ev SET payload = json_patch(payload, '{"meta":{"k":null,"x":[1]}}') WHERE json_type(payload) = 'object';`,
      `UPDATE ev SET payload = CASE WHEN json_valid(payload) THEN json_set(payload, '$.a', 1) ELSE payload END; UPDATE ev SET payload = CASE WHEN json_valid(payload) THEN json_remove(payload, '$.v') ELSE payload END; CREATE VIEW kinds AS SELECT kind, count(*) AS n, json_group_array(payload ->> '$.a') AS a FROM ev GROUP BY kind;`,
    ],
  },
  {
    title: 'messages whose JSON is reshaped before and after the column is renamed and its table rebuilt',
    rows: `INSERT INTO m VALUES (1,'{"role":"user","content":"hi","meta":{"a":1,"b":2}}','{"x":1}'),(2,'{"role":"tool","content":[{"t":"x"}]}',NULL),(3,NULL,'[1]'),(4,'{"content":{"deep":{"er":1}},"meta":7}','{"x":{}}');`,
    steps: [
      `CREATE TABLE m (id INTEGER PRIMARY KEY, body TEXT, extra TEXT);`,
      `UPDATE m SET body = json_set(body, '$.meta.v', 1); UPDATE m SET body = json_remove(body, '$.meta.a', '$.role');`,
      `ALTER TABLE m RENAME COLUMN body TO message; UPDATE m SET message = json_set(message, '$.parts', json_extract(message, '$.content')) WHERE message IS NOT NULL; UPDATE m SET message = json_remove(message, '$.content'), extra = json_set(extra, '$.had', json_type(message, '$.content')) WHERE message IS NOT NULL;`,
      `CREATE TABLE m_new (id INTEGER PRIMARY KEY, message TEXT, extra JSON, at INTEGER DEFAULT 5); INSERT INTO m_new (id, message, extra) SELECT id, message, extra FROM m; DROP TABLE m; ALTER TABLE m_new RENAME TO m;`,
      `UPDATE m SET message = json_insert(message, '$.parts[#]', at) WHERE at = 5; UPDATE m SET message = json_replace(message, '$.parts[#-1]', 'last') WHERE at = 5; UPDATE m SET extra = json_set(extra, '$.y', 2); UPDATE m SET extra = json_set(extra, '$.z', json_extract(extra, '$.x'));`,
    ],
  },
];
