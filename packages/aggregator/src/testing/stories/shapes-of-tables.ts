import type { Story } from './story.ts';

export const shapesOfTables: readonly Story[] = [
  {
    title: 'upserts of settings, STRICT and WITHOUT ROWID tables, generated columns',
    rows: `INSERT INTO settings VALUES ('theme','blue',7),('x',NULL,NULL); INSERT INTO usage(id,session,tokens_in,tokens_out) VALUES (1,'a',1,2),(2,'a',10,20),(3,'b',0,5),(7,'c',100,3);`,
    steps: [
      `CREATE TABLE settings (key TEXT PRIMARY KEY NOT NULL, value TEXT, updated INTEGER) WITHOUT ROWID;
  CREATE TABLE usage (id INTEGER PRIMARY KEY, session TEXT NOT NULL, tokens_in INT NOT NULL, tokens_out INT NOT NULL, total INT GENERATED ALWAYS AS (tokens_in + tokens_out) STORED, ratio REAL AS (tokens_out * 1.0 / nullif(tokens_in,0)) VIRTUAL) STRICT;
  CREATE INDEX usage_total ON usage(total) WHERE total > 10;`,
      `INSERT INTO settings (key, value, updated) VALUES ('theme','dark',1),('lang','en',1) ON CONFLICT(key) DO UPDATE SET value = excluded.value, updated = settings.updated + 1;
  INSERT OR IGNORE INTO settings VALUES ('theme','light',5);`,
      `ALTER TABLE usage ADD COLUMN cost REAL NOT NULL DEFAULT 0.0 CHECK (cost >= 0);
  UPDATE usage SET cost = total * 0.002;`,
      `INSERT OR REPLACE INTO settings (key, value) SELECT 'total_' || session, sum(total) FROM usage GROUP BY session;
  UPDATE settings SET value = json_object('v', value) WHERE key LIKE 'total\\_%' ESCAPE '\\';`,
      `ALTER TABLE usage RENAME COLUMN total TO token_total; UPDATE usage SET tokens_in = tokens_in + 1 WHERE ratio > 1;`,
      `REPLACE INTO settings VALUES ('lang', coalesce((SELECT value FROM settings WHERE key='theme'),'?'), 9);`,
    ],
  },
  {
    title: 'columns of every kind of declaration',
    rows: `INSERT INTO t VALUES (1,'7',1.0,x'00ff','5','2024-01-02 03:04:05','true','abc',1.25),(2,'8.5','x','txt',5,NULL,'false',9,'2.345'),(3,'abc',1e20,NULL,x'41','2024-02-30','1',NULL,'z'),(4,NULL,'12',5,NULL,'nope',0,'q',3);`,
    steps: [
      `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b NUMERIC, c BLOB, d, e DATETIME, f BOOLEAN, g VARCHAR(10), h DECIMAL(10,2), UNIQUE (a)); CREATE INDEX t_b ON t(b);`,
      `ALTER TABLE t ADD v TEXT GENERATED ALWAYS AS (upper(a)) VIRTUAL; ALTER TABLE t ADD r INTEGER REFERENCES t(id) DEFAULT NULL; ALTER TABLE t ADD k TEXT NOT NULL DEFAULT 'x' CHECK (length(k) < 5) COLLATE RTRIM;`,
      `UPDATE t SET b = a, d = b, f = CASE f WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE f END, e = strftime('%s', e) * 1000;`,
      `DROP INDEX t_b; ALTER TABLE t DROP COLUMN b; CREATE INDEX t_v ON t(v) WHERE k <> 'y';`,
      `UPDATE t SET g = printf('%05d', id), h = round(h, 1), k = iif(d > 5, 'y', k);`,
      `CREATE TABLE t9 (id TEXT PRIMARY KEY, a INTEGER, d TEXT, e INTEGER, f INTEGER, h TEXT, k TEXT) STRICT, WITHOUT ROWID; INSERT INTO t9 SELECT 'id-' || id, CAST(a AS INTEGER), CAST(d AS TEXT), CAST(e AS INTEGER), f = 1, CAST(h AS TEXT), k FROM t; DROP TABLE t; ALTER TABLE t9 RENAME TO t;`,
    ],
  },
  {
    title: 'generated columns that read one another',
    rows: `INSERT INTO g (id,a,j) VALUES (1,1,'{"n":"X"}'),(2,0,'{}'),(3,7,'{"n":"Yy"}'),(4,NULL,NULL);`,
    steps: [
      `CREATE TABLE g (id INTEGER PRIMARY KEY, a INT, b INT AS (a * 2) STORED, c INT AS (b + 1) VIRTUAL, j TEXT, name TEXT AS (j ->> '$.n') STORED, UNIQUE (c)); CREATE INDEX g_name ON g (name COLLATE NOCASE) WHERE c > 2;`,
      `UPDATE g SET a = c WHERE name IS NOT NULL;`,
      `ALTER TABLE g ADD big INT AS (CASE WHEN c > 10 THEN 1 ELSE 0 END); DELETE FROM g WHERE b = 0; INSERT INTO g (a, j) VALUES (100, '{"n":"new"}');`,
      `ALTER TABLE g RENAME COLUMN a TO base; ALTER TABLE g DROP COLUMN big;`,
      `CREATE TABLE g2 (id INTEGER PRIMARY KEY, base INT, c INT, label TEXT AS (lower(name)) STORED, name TEXT); INSERT INTO g2 (id, base, c, name) SELECT id, base, c, name FROM g; DROP TABLE g; ALTER TABLE g2 RENAME TO g;`,
      `UPDATE g SET name = name || c WHERE label <> 'x'; UPDATE g SET c = (SELECT max(c) FROM g x WHERE x.label < g.label);`,
    ],
  },
  {
    title: 'keys of every kind',
    rows: `INSERT INTO a VALUES (1,'a'),(NULL,'n'),(3,'c'),('4','s'); INSERT INTO b VALUES (1,'a'),(NULL,'n'),(NULL,'n2'),(2.0,'f'); INSERT INTO c VALUES ('k',1),('k',1),('l',2),(NULL,3),(NULL,4); INSERT INTO d VALUES ('i',5),('t','5'),('b',x'4142'),('r',1.0),('z',NULL); INSERT INTO e VALUES (1,1,'a1'),(1,2,'b2'),(2,1,'b1');`,
    steps: [
      `CREATE TABLE a (id INTEGER PRIMARY KEY DESC, x TEXT); CREATE TABLE b (id INT PRIMARY KEY, x TEXT); CREATE TABLE c (x TEXT, y REAL); CREATE TABLE d (k TEXT PRIMARY KEY, v ANY) STRICT; CREATE TABLE e (p INT, q INT, z TEXT, PRIMARY KEY (p DESC, q)) WITHOUT ROWID;`,
      `UPDATE a SET id = id + 100 WHERE id IS NOT NULL; UPDATE b SET id = -id; UPDATE e SET q = q + 10;`,
      `DELETE FROM c WHERE rowid NOT IN (SELECT max(rowid) FROM c GROUP BY x);`,
      `INSERT INTO b (x) VALUES ('no id'); INSERT INTO a (x) SELECT x FROM c; INSERT INTO c (y) VALUES (1), (2.5), ('3'), ('x');`,
      `UPDATE d SET v = CASE typeof(v) WHEN 'integer' THEN v + 0.5 WHEN 'blob' THEN hex(v) ELSE v END; INSERT INTO d VALUES ('n', '007');`,
      `CREATE TABLE c2 (id INTEGER PRIMARY KEY, x TEXT, y INTEGER); INSERT INTO c2 (x, y) SELECT x, y FROM c ORDER BY y DESC, x; DROP TABLE c; ALTER TABLE c2 RENAME TO c;`,
      `UPDATE OR REPLACE e SET q = 11 WHERE z LIKE 'b%'; UPDATE c SET id = id * 200 WHERE id > 2;`,
    ],
  },
  {
    title: 'parents rebuilt under their children',
    rows: `INSERT INTO s VALUES ('s1','a',NULL),('s2','b','s1'),('s3','c','s2'),('s4','d','s1'); INSERT INTO m(slug,body) VALUES ('a','1'),('b',NULL),('d',NULL); INSERT INTO x VALUES (1,'s2'),(NULL,'s3'),(3,'s4');`,
    steps: [
      `CREATE TABLE s (id TEXT PRIMARY KEY NOT NULL, slug TEXT UNIQUE, parent TEXT REFERENCES s(id) ON DELETE CASCADE); CREATE TABLE m (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, slug TEXT NOT NULL REFERENCES s(slug) ON DELETE CASCADE ON UPDATE CASCADE, body TEXT); CREATE TABLE x (m INT REFERENCES m(id) ON DELETE RESTRICT, s TEXT DEFAULT 's1' REFERENCES s(id) ON DELETE SET DEFAULT);`,
      `PRAGMA foreign_keys=OFF;
CREATE TABLE __new_s (id TEXT PRIMARY KEY NOT NULL, slug TEXT UNIQUE, parent TEXT REFERENCES s(id) ON DELETE CASCADE, kind TEXT DEFAULT 'k' NOT NULL);
INSERT INTO __new_s(id, slug, parent) SELECT id, slug, parent FROM s;
DROP TABLE s;
ALTER TABLE __new_s RENAME TO s;
PRAGMA foreign_keys=ON;
CREATE UNIQUE INDEX s_slug ON s(slug, parent);`,
      `DELETE FROM s WHERE id = 's2';`,
      `UPDATE s SET slug = 'new-' || slug WHERE slug IN ('a', 'c');`,
      `INSERT INTO m (slug, body) SELECT slug, 'auto' FROM s WHERE slug IS NOT NULL; DELETE FROM m WHERE id NOT IN (SELECT m FROM x WHERE m IS NOT NULL) AND body IS NULL;`,
      `DROP TABLE x; ALTER TABLE m DROP COLUMN body; DELETE FROM s;`,
    ],
  },
];
