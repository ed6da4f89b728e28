import type { Story } from './story.ts';

export const effects: readonly Story[] = [
  {
    title: 'tables rebuilt under views, triggers and children',
    rows: `INSERT INTO agents VALUES ('a','A'),('b',NULL),('c','C'); INSERT INTO runs(agent_id,status,note) VALUES ('a','new','x'),('a',NULL,'b'),('b','done','B'),('c','run','z'); DELETE FROM runs WHERE id=4; INSERT INTO runs(agent_id,note) VALUES('c','q');`,
    steps: [
      `CREATE TABLE agents (id TEXT PRIMARY KEY NOT NULL, name TEXT);
  CREATE TABLE runs (id INTEGER PRIMARY KEY AUTOINCREMENT, agent_id TEXT NOT NULL REFERENCES agents(id) ON DELETE CASCADE, status TEXT DEFAULT 'new', note TEXT COLLATE NOCASE, UNIQUE(agent_id, note));
  CREATE INDEX runs_open ON runs(agent_id) WHERE status <> 'done'; CREATE INDEX runs_low ON runs(lower(note));
  CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT);
  CREATE TRIGGER runs_log AFTER UPDATE OF status ON runs BEGIN INSERT INTO log(what) VALUES ('run ' || new.id || CASE WHEN new.status = 'done' THEN ' ended;' ELSE ' moved' END); END;
  CREATE VIEW open_runs AS SELECT r.id, a.name, r.note FROM runs r JOIN agents a ON a.id = r.agent_id WHERE r.status <> 'done';`,
      `UPDATE runs SET status = 'done' WHERE note = 'B';`,
      `PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE \`__new_agents\` (\`id\` text PRIMARY KEY NOT NULL, \`name\` text DEFAULT 'anon' NOT NULL, \`kind\` text DEFAULT 'llm' NOT NULL, CONSTRAINT "kinds" CHECK("__new_agents"."kind" in ('llm', 'human')));
--> statement-breakpoint
INSERT INTO \`__new_agents\`("id", "name", "kind") SELECT "id", coalesce("name", 'anon'), 'llm' FROM \`agents\`;--> statement-breakpoint
DROP TABLE \`agents\`;--> statement-breakpoint
ALTER TABLE \`__new_agents\` RENAME TO \`agents\`;--> statement-breakpoint
PRAGMA foreign_keys=ON;`,
      `DROP VIEW open_runs; CREATE VIEW open_runs AS SELECT r.id, a.name, a.kind FROM runs r JOIN agents a ON a.id = r.agent_id WHERE r.status <> 'done';
  ALTER TABLE runs RENAME COLUMN note TO remark;`,
      `DELETE FROM agents WHERE name = 'anon';`,
      `CREATE TABLE runs_new (id INTEGER PRIMARY KEY AUTOINCREMENT, agent_id TEXT NOT NULL REFERENCES agents(id) ON DELETE CASCADE, status TEXT DEFAULT 'new' NOT NULL, remark TEXT COLLATE NOCASE);
  INSERT INTO runs_new SELECT id, agent_id, ifnull(status,'new'), remark FROM runs; DROP TABLE runs; ALTER TABLE runs_new RENAME TO runs;
  CREATE INDEX runs_open ON runs(agent_id) WHERE status <> 'done';`,
    ],
    underViews: [2, 5],
  },
  {
    title: 'actions of foreign keys, in depth',
    rows: `INSERT INTO orgs VALUES ('a',NULL),('b','a'),('c','b'); INSERT INTO users VALUES ('a',1,'Al'),('b',1,'Bo'),('b',2,'Ba'),('c',5,'Cy'); INSERT INTO notes VALUES (1,'a',1,'x'),(2,'b',1,NULL),(3,'b',2,'y'),(4,'c',5,'z'),(5,NULL,NULL,'free');`,
    steps: [
      `CREATE TABLE orgs (id TEXT PRIMARY KEY, up TEXT REFERENCES orgs(id) ON DELETE SET NULL ON UPDATE CASCADE); CREATE TABLE users (org TEXT NOT NULL, nr INT NOT NULL, name TEXT, PRIMARY KEY (org, nr), FOREIGN KEY (org) REFERENCES orgs(id) ON DELETE CASCADE ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED);
  CREATE TABLE notes (id INTEGER PRIMARY KEY, org TEXT, nr INT, body TEXT, FOREIGN KEY (org, nr) REFERENCES users(org, nr) ON DELETE SET NULL ON UPDATE CASCADE);`,
      `UPDATE orgs SET id = 'X-' || id WHERE id = 'b';`,
      `DELETE FROM orgs WHERE id = 'a';`,
      `ALTER TABLE users ADD mail TEXT DEFAULT NULL; UPDATE users SET mail = lower(name) || '@' || org;`,
      `INSERT INTO orgs VALUES ('z', 'c'); REPLACE INTO orgs VALUES ('c', 'z');`,
      `DELETE FROM users WHERE nr = (SELECT max(nr) FROM users);`,
      `CREATE TABLE n2 (id INTEGER PRIMARY KEY, org TEXT, nr INT, body TEXT NOT NULL DEFAULT '', FOREIGN KEY (org, nr) REFERENCES users(org, nr) ON DELETE SET NULL); INSERT INTO n2 SELECT id, org, nr, ifnull(body, '') FROM notes; DROP TABLE notes; ALTER TABLE n2 RENAME TO notes;`,
    ],
  },
  {
    title: 'triggers that refuse, log and count',
    rows: `INSERT INTO t VALUES (1,1,1),(2,9,1),(3,NULL,NULL),(4,5,4),(5,5,NULL);`,
    steps: [
      `CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b INT); CREATE TABLE h (t INT, a INT, why TEXT);
  CREATE TRIGGER bi BEFORE INSERT ON t WHEN new.a < 0 BEGIN SELECT RAISE(IGNORE); END;
  CREATE TRIGGER bu BEFORE UPDATE OF a ON t FOR EACH ROW WHEN old.a IS NOT new.a BEGIN INSERT INTO h VALUES (old.id, old.a, 'before'); END;
  CREATE TRIGGER ad AFTER DELETE ON t BEGIN INSERT INTO h SELECT old.id, count(*), 'left' FROM t; END;`,
      `INSERT INTO t VALUES (10, 1, 1), (11, -1, 1), (12, NULL, 2);`,
      `UPDATE t SET a = a + 1 WHERE b = 1; UPDATE t SET b = b * 2;`,
      `DELETE FROM t WHERE a > 5;`,
      `DROP TRIGGER bi; DROP TRIGGER bu; DROP TRIGGER ad; INSERT INTO t VALUES (13, -5, 0); UPDATE t SET a = -a;`,
      `CREATE TABLE t2 (id INTEGER PRIMARY KEY, a INT CHECK (a IS NULL OR a > -1000), b INT NOT NULL ON CONFLICT IGNORE, UNIQUE (a) ON CONFLICT REPLACE); INSERT INTO t2 SELECT id, a, b FROM t; DROP TABLE t; ALTER TABLE t2 RENAME TO t;`,
      `INSERT INTO t VALUES (99, 5, 5), (98, 5, 6), (97, 1, NULL); UPDATE t SET a = 5 WHERE id = 10;`,
    ],
  },
  {
    title: 'random and present values',
    rows: `INSERT INTO t VALUES (1,'x'),(2,NULL),(5,'y');`,
    steps: [
      `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);`,
      `ALTER TABLE t ADD uid TEXT; UPDATE t SET uid = lower(hex(randomblob(16))) WHERE uid IS NULL;`,
      `CREATE TABLE t2 (id INTEGER PRIMARY KEY, a TEXT, uid TEXT, created INTEGER DEFAULT (unixepoch()) NOT NULL, stamp TEXT DEFAULT CURRENT_TIMESTAMP); INSERT INTO t2 (id, a, uid) SELECT id, a, uid FROM t; DROP TABLE t; ALTER TABLE t2 RENAME TO t;`,
      `UPDATE t SET a = a || length(uid) || (created > 0);`,
      `CREATE UNIQUE INDEX t_uid ON t(uid); ALTER TABLE t ADD b INTEGER DEFAULT (-3);`,
    ],
    chance: ['uid', 'created', 'stamp'],
  },
  {
    title: 'numbers at their ends',
    rows: `INSERT INTO n VALUES (1,7,1.5,'12.50','9',x'00'),(2,9223372036854775807,1e20,'1e2','abc',1),(3,'x','y','0x10','-0',NULL),(4,NULL,NULL,NULL,NULL,NULL),(5,3.0,2,'9223372036854775808',' 5 ','5'),(6,-1,-0.0,-0.0,'',''),(7,2.5,9e999,'nan','1_0',1e15);`,
    steps: [
      `CREATE TABLE n (id INTEGER PRIMARY KEY, i INTEGER, r REAL, m NUMERIC, t TEXT, x);`,
      `UPDATE n SET x = i / 2, m = t, r = i WHERE id < 4; UPDATE n SET t = r || '|' || x || '|' || i;`,
      `CREATE TABLE n2 (id INTEGER PRIMARY KEY, i TEXT, r INTEGER, m REAL, t NUMERIC, x BLOB); INSERT INTO n2 SELECT id, i, r, m, t, x FROM n; DROP TABLE n; ALTER TABLE n2 RENAME TO n;`,
      `UPDATE n SET i = i + 0, m = m * 1e308 * 10, x = 0x10 | 1, t = ~r & 255 WHERE id IN (1, 2, 5); UPDATE n SET x = -0.0 WHERE id = 6;`,
      `ALTER TABLE n ADD ms INTEGER DEFAULT 1e3; ALTER TABLE n ADD f REAL DEFAULT 5; ALTER TABLE n ADD z TEXT DEFAULT 0x1F; ALTER TABLE n ADD y NUMERIC DEFAULT '1e2'; ALTER TABLE n ADD q INT DEFAULT TRUE; ALTER TABLE n ADD w BLOB DEFAULT x'6162'; ALTER TABLE n ADD cur DEFAULT -9223372036854775808;`,
      `UPDATE n SET ms = CAST(ms AS TEXT) || '.0', f = round(r, 2) % 3, q = NOT q, z = z || 1, y = y <> 100 IS NOT FALSE, cur = abs(cur + 1);`,
      `CREATE TABLE s AS SELECT total(r) tot, avg(i) av, sum(ms) su, group_concat(t, '/') gc, count(DISTINCT q) FILTER (WHERE id > 1) cd, max(i, r) mx FROM n;`,
    ],
  },
  {
    title: 'JSON taken apart and put together',
    rows: `INSERT INTO events (id,payload,kind) VALUES (1,'{"parts":[{"text":"a"},{"text":null},{"x":1}],"model":{"name":"m","v":1.0},"n":1e2}','k'),(2,' {"n": 5, "model": "plain"} ',NULL),(3,'[1, 2]','z'),(4,'{"a":"\\u0041","a":2}','q');`,
    steps: [
      `CREATE TABLE events (id INTEGER PRIMARY KEY, payload TEXT NOT NULL DEFAULT '{}', kind TEXT); CREATE TABLE parts (event INT, pos INT, text TEXT, PRIMARY KEY (event, pos));`,
      `INSERT INTO parts SELECT e.id, j.key, j.value ->> 'text' FROM events e, json_each(e.payload, '$.parts') j;`,
      `ALTER TABLE events ADD model TEXT; UPDATE events SET model = json_extract(payload, '$.model.name'), payload = json_remove(payload, '$.model') WHERE json_valid(payload) AND json_type(payload, '$.model') = 'object';`,
      `UPDATE events SET payload = json_set(payload, '$.parts', (SELECT json_group_array(json_object('t', text)) FROM (SELECT text FROM parts WHERE event = events.id ORDER BY pos))) WHERE EXISTS (SELECT 1 FROM parts WHERE event = events.id);`,
      `UPDATE events SET payload = (SELECT json_group_object(key, CASE WHEN key = 'n' THEN value + 1 ELSE value END) FROM json_each(events.payload)) WHERE payload LIKE '%"n"%';`,
      `CREATE TABLE __new_events (id INTEGER PRIMARY KEY, payload TEXT CHECK (json_valid(payload)), kind TEXT, model TEXT, n INTEGER GENERATED ALWAYS AS (json_extract(payload, '$.n')) STORED); INSERT INTO __new_events (id, payload, kind, model) SELECT id, CASE WHEN json_valid(payload) THEN json(payload) ELSE json_object('raw', payload) END, kind, model FROM events; DROP TABLE events; ALTER TABLE __new_events RENAME TO events; CREATE INDEX events_n ON events(n);`,
      `UPDATE events SET payload = json_patch(payload, json_object('v', 3, 'kind', kind)); UPDATE events SET payload = json_insert(payload, '$.n', id * 10), kind = payload ->> '$.kind';`,
    ],
  },
  {
    title: 'full text and an rtree kept by triggers',
    rows: `INSERT INTO docs (id,title,body,tags) VALUES (1,'one','the runner runs',NULL),(3,'bye','going',''),(4,'four',NULL,'x');`,
    steps: [
      `CREATE TABLE docs (id INTEGER PRIMARY KEY, title TEXT, body TEXT, tags TEXT);
  CREATE VIRTUAL TABLE docs_fts USING fts5(title, body, content='docs', content_rowid='id', tokenize='porter unicode61');
  CREATE TRIGGER docs_ai AFTER INSERT ON docs BEGIN INSERT INTO docs_fts(rowid, title, body) VALUES (new.id, new.title, new.body); END;
  CREATE TRIGGER docs_ad AFTER DELETE ON docs BEGIN INSERT INTO docs_fts(docs_fts, rowid, title, body) VALUES ('delete', old.id, old.title, old.body); END;
  CREATE TRIGGER docs_au AFTER UPDATE ON docs BEGIN INSERT INTO docs_fts(docs_fts, rowid, title, body) VALUES ('delete', old.id, old.title, old.body); INSERT INTO docs_fts(rowid, title, body) VALUES (new.id, new.title, new.body); END;`,
      `UPDATE docs SET tags = 'none' WHERE tags IS NULL;`,
      `ALTER TABLE docs ADD lang TEXT DEFAULT 'en'; INSERT INTO docs (title, body) VALUES ('seed', 'seed running text');`,
      `UPDATE docs SET body = body || ' more' WHERE id = 1; DELETE FROM docs WHERE title = 'bye';`,
      `CREATE VIRTUAL TABLE places USING rtree(id, x0, x1, +label); INSERT INTO places SELECT id, length(title), length(body), title FROM docs WHERE body IS NOT NULL AND length(body) >= length(title);`,
      `INSERT INTO docs_fts(docs_fts) VALUES ('rebuild'); INSERT INTO docs_fts(docs_fts) VALUES ('optimize');`,
    ],
  },
  {
    title: 'a REPLACE in the body of a trigger that a cascade sets off',
    rows: `INSERT INTO proj VALUES (1,'p'),(2,'q'); INSERT INTO task VALUES (1,1,'x'),(2,1,'y'),(3,2,'z'); INSERT INTO note VALUES ('p1','n1'),('p2','n2');`,
    steps: [
      `CREATE TABLE proj (id INTEGER PRIMARY KEY, n TEXT); CREATE TABLE task (id INTEGER PRIMARY KEY, proj INT REFERENCES proj ON DELETE CASCADE, t TEXT); CREATE TABLE stat (k TEXT PRIMARY KEY, n INT); CREATE TABLE note (k TEXT REFERENCES stat(k) ON DELETE CASCADE, t TEXT);
CREATE TRIGGER ti AFTER INSERT ON task BEGIN INSERT INTO stat VALUES ('p' || new.proj, 1) ON CONFLICT (k) DO UPDATE SET n = n + 1; END;
CREATE TRIGGER td AFTER DELETE ON task BEGIN INSERT OR REPLACE INTO stat SELECT k, n - 1 FROM stat WHERE k = 'p' || old.proj; END;
CREATE TRIGGER sd AFTER DELETE ON stat BEGIN INSERT INTO note VALUES (NULL, 'gone ' || old.k); END;`,
      `INSERT INTO task (proj, t) VALUES (2, 'new'), (1, 'new');`,
      `DELETE FROM task WHERE id = 3;`,
      `DELETE FROM proj WHERE id = 1; DELETE FROM stat WHERE k = 'p2';`,
    ],
  },
  {
    title: 'a constraint that replaces rows, with children, under triggers of both',
    rows: `INSERT INTO u VALUES (1,'a@x',1),(2,'b@x',0); INSERT INTO o VALUES (1,1,5),(2,2,6);`,
    steps: [
      `CREATE TABLE u (id INTEGER PRIMARY KEY, mail TEXT UNIQUE ON CONFLICT REPLACE, ok INT); CREATE TABLE o (id INTEGER PRIMARY KEY, u INTEGER REFERENCES u(id) ON DELETE CASCADE, v INT); CREATE TABLE gone (u INT, why TEXT); CREATE TRIGGER u_d BEFORE DELETE ON u BEGIN INSERT INTO gone VALUES (old.id, 'deleted'); END; CREATE TRIGGER o_d AFTER DELETE ON o BEGIN INSERT INTO gone VALUES (old.u, 'order ' || old.id); END;`,
      `INSERT INTO u VALUES (9, 'a@x', 1);`,
      `CREATE VIEW w AS SELECT * FROM u WHERE ok; CREATE TRIGGER w_i INSTEAD OF INSERT ON w BEGIN INSERT INTO u VALUES (new.id, new.mail, 1); END; INSERT INTO w (id, mail) VALUES (10, 'b@x');`,
      `DELETE FROM u WHERE id = 9; UPDATE u SET mail = 'c@x';`,
    ],
  },
  {
    title: 'rows with children replaced, and replaced again, under triggers that keep a full-text index',
    rows: `INSERT INTO n VALUES (1,'one','t'),(2,'two','u'); INSERT INTO tag VALUES (1,'a'),(2,'b');`,
    steps: [
      `CREATE TABLE n (id INTEGER PRIMARY KEY, body TEXT, slug TEXT UNIQUE); CREATE TABLE tag (n INT REFERENCES n(id) ON DELETE CASCADE, t TEXT); CREATE VIRTUAL TABLE n_fts USING fts5(body, content='n', content_rowid='id'); CREATE TRIGGER n_ai AFTER INSERT ON n BEGIN INSERT INTO n_fts(rowid, body) VALUES (new.id, new.body); END; CREATE TRIGGER n_ad AFTER DELETE ON n BEGIN INSERT INTO n_fts(n_fts, rowid, body) VALUES ('delete', old.id, old.body); END; CREATE TRIGGER n_au AFTER UPDATE ON n BEGIN INSERT INTO n_fts(n_fts, rowid, body) VALUES ('delete', old.id, old.body); INSERT INTO n_fts(rowid, body) VALUES (new.id, new.body); END;`,
      `INSERT OR REPLACE INTO n VALUES (1, 'uno', 't2');`,
      `REPLACE INTO n VALUES (7, 'seven', 'u'); INSERT INTO n_fts(n_fts) VALUES ('rebuild');`,
      `CREATE TABLE f AS SELECT rowid AS r FROM n_fts WHERE n_fts MATCH 'uno OR seven';`,
    ],
  },
];
