import type { Story } from './story.ts';

export const names: readonly Story[] = [
  {
    title: 'keywords, spaces and letters beyond ASCII as names',
    rows: `INSERT INTO "order"("group",[from],"select","Weird Name","é") VALUES ('a',1,'S',1.5,'é'),('b',9,NULL,NULL,NULL),('c',4,'x',0.0,'z');`,
    steps: [
      `CREATE TABLE "order" ("group" TEXT, [from] INTEGER, \`select\` TEXT, "Weird Name" REAL, "é" TEXT, sum INT GENERATED ALWAYS AS ([from] * 2) VIRTUAL, CHECK ("from" >= 0));
  CREATE INDEX "ix one" ON "order" ("group" DESC, lower(\`select\`)) WHERE "Weird Name" IS NOT NULL;
  CREATE TABLE audit (n INTEGER PRIMARY KEY, "what is" TEXT);
  CREATE TRIGGER tr INSERT ON "order" WHEN new.[from] > 1 BEGIN INSERT INTO audit("what is") VALUES (new."group" || '; END'); END;
  CREATE VIEW v AS SELECT "group", [from] + 1 AS f FROM "order";`,
      `ALTER TABLE "order" RENAME COLUMN "from" TO "to"; ALTER TABLE "ORDER" RENAME COLUMN "Group" TO "where";`,
      `INSERT INTO "order" ("where", "to", "select") VALUES ('new', 5, 'it''s; -- no comment'), ('n2', 0, '/* */');`,
      `ALTER TABLE "order" RENAME TO "table"; ALTER TABLE audit RENAME COLUMN "what is" TO what;`,
      `UPDATE "table" SET "where" = "where" || ' ' || coalesce("é", '-') WHERE "to" > (SELECT avg("to") FROM "table" t2);`,
      `ALTER TABLE "table" RENAME TO "order"; ALTER TABLE "order" ADD "index" TEXT COLLATE NOCASE DEFAULT 'ß';`,
    ],
  },
  {
    title: 'aliases and names in other cases',
    rows: `INSERT INTO turns VALUES (1,'user',1),(2,'bot',NULL),(3,'tool',60),(4,'sys',2); INSERT INTO other VALUES (1,2,'a'),(2,60,NULL),(4,NULL,'q');`,
    steps: [
      `CREATE TABLE Turns (Id INTEGER PRIMARY KEY, Role TEXT, N INT, UNIQUE (Role)); CREATE INDEX turns_n ON TURNS (n); CREATE TABLE other (id INTEGER PRIMARY KEY, n INT, role TEXT);`,
      `UPDATE turns AS x SET n = x.n + 1 WHERE x.role = 'user' OR EXISTS (SELECT 1 FROM other WHERE other.n = x.n); DELETE FROM turns AS y WHERE y.N > 50;`,
      `INSERT INTO TURNS AS z (role, n) VALUES ('user', 5), ('bot', 6) ON CONFLICT (role) DO UPDATE SET n = z.n + excluded.n WHERE z.n < 10;`,
      `UPDATE turns INDEXED BY turns_n SET role = role || n WHERE n > 3; UPDATE turns NOT INDEXED SET n = 0 WHERE n IS NULL; UPDATE main.other SET role = 'm';`,
      `UPDATE other SET n = t.n, role = t.role FROM turns t JOIN other o2 ON o2.id = t.id WHERE other.id = t.id;`,
      `INSERT INTO other (n, role) SELECT t.n, o.role FROM turns t LEFT JOIN other o USING (id) WHERE t.n IS NOT NULL; INSERT INTO other (n) SELECT a.n FROM other a CROSS JOIN turns b ON a.n = b.n;`,
      `DELETE FROM other WHERE (n, role) IN (SELECT n, role FROM turns) OR id = (SELECT id FROM other ORDER BY n DESC, id LIMIT 1);`,
      `UPDATE other SET n = (WITH q AS (SELECT max(n) m FROM turns) SELECT m FROM q) WHERE n BETWEEN 1 AND 6; VALUES (1);`,
    ],
  },
  {
    title: 'tables renamed as before 3.25',
    rows: `INSERT INTO p VALUES (1,'a'),(2,NULL),(3,'c'); INSERT INTO k VALUES (1,1),(2,2),(3,NULL),(4,3);`,
    steps: [
      `CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE k (id INTEGER PRIMARY KEY, p INT REFERENCES p(id) ON DELETE SET NULL); CREATE TRIGGER kt AFTER INSERT ON k BEGIN UPDATE p SET name = name || '+' WHERE id = new.p; END;`,
      `PRAGMA foreign_keys=off; PRAGMA legacy_alter_table=ON; ALTER TABLE p RENAME TO p_old; CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT '?', rank INT DEFAULT 0); INSERT INTO p (id, name) SELECT id, coalesce(name, '?') FROM p_old; DROP TABLE p_old; PRAGMA legacy_alter_table=OFF; PRAGMA foreign_keys=on;`,
      `INSERT INTO k VALUES (50, 1), (51, NULL);`,
      `DELETE FROM p WHERE id = 1; UPDATE p SET rank = (SELECT count(*) FROM k WHERE k.p = p.id);`,
      `ALTER TABLE k RENAME TO kids; ALTER TABLE kids ADD at TEXT; ALTER TABLE kids RENAME p TO parent;`,
      `INSERT INTO kids (id, parent) VALUES (60, 2);`,
    ],
  },
  {
    title: 'tables that swap their names, TEMP tables, triggers of views',
    rows: `INSERT INTO a (x) VALUES ('1'),('2'),('3'); DELETE FROM a WHERE id = 3; INSERT INTO b (id, y) VALUES (10,'ten'),(11,'el');`,
    steps: [
      `CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, x TEXT); CREATE TABLE b (id INTEGER PRIMARY KEY AUTOINCREMENT, y TEXT);`,
      `ALTER TABLE a RENAME TO tmp; ALTER TABLE b RENAME TO a; ALTER TABLE tmp RENAME TO b; INSERT INTO a (y) VALUES ('na'); INSERT INTO b (x) VALUES ('nb');`,
      `CREATE TEMP TABLE keep AS SELECT * FROM a ORDER BY y DESC; DELETE FROM a; INSERT INTO a (y) SELECT y FROM keep; DROP TABLE keep;`,
      `CREATE VIEW both AS SELECT id, x AS t FROM b UNION ALL SELECT id, y FROM a; CREATE TABLE c AS SELECT t, count(*) AS n FROM both GROUP BY t; CREATE TRIGGER both_i INSTEAD OF INSERT ON both BEGIN INSERT INTO a (y) VALUES (new.t); END; INSERT INTO both (t) VALUES ('via view');`,
      `UPDATE sqlite_sequence SET seq = 100 WHERE name = 'a'; INSERT INTO a (y) VALUES ('after 100');`,
      `DROP TABLE c; ALTER TABLE b ADD COLUMN z INTEGER DEFAULT -1; INSERT INTO b DEFAULT VALUES;`,
    ],
  },
  {
    title: 'what looks like a breakpoint or a comment in strings',
    rows: `INSERT INTO prompts VALUES ('p1','hello world'),('d2','z'||char(10)||'w'); INSERT INTO tags VALUES ('p1','t'),('d2','gone;');`,
    steps: [
      `\ufeffCREATE TABLE prompts (id TEXT PRIMARY KEY, body TEXT DEFAULT 'a;b--c'); -- first; table\r
CREATE TABLE tags (p TEXT, tag TEXT, PRIMARY KEY (p, tag)) WITHOUT ROWID;\r
`,
      `INSERT INTO prompts (id, body) VALUES ('bp', 'x --> statement-breakpoint
 y; /* z */ ''q''');--> statement-breakpoint
/* a comment; with --> statement-breakpoint inside */ INSERT INTO prompts (id) VALUES ('def') -- trailing
;;
--> statement-breakpoint
`,
      `CREATE TRIGGER keep AFTER DELETE ON prompts BEGIN
   SELECT CASE WHEN old.id = 'bp' THEN 1 ELSE 2 END;
   INSERT INTO tags VALUES (old.id, 'gone;') ON CONFLICT DO NOTHING; -- x
   UPDATE tags SET tag = tag || '!' WHERE p = old.id AND tag = 'gone;';
 END;
 DELETE FROM prompts WHERE id LIKE 'd%';`,
      `UPDATE prompts SET body = replace(replace(body, char(10), ' '), '--> statement-breakpoint', '|') ;
  INSERT INTO tags SELECT id, 'lit' FROM prompts WHERE 0; INSERT INTO tags (p, tag) SELECT id, substr(body, 1, instr(body, ' ')) FROM prompts WHERE instr(body, ' ') > 0;`,
      `SELECT 1;`,
      `ALTER TABLE prompts ADD hash TEXT; UPDATE prompts SET hash = hex(body);`,
    ],
  },
  {
    title: 'statements that change nothing',
    rows: `INSERT INTO t(id,a,b) VALUES (1,'x',1),(2,NULL,2),(3,'5',NULL),(9,'',0); INSERT INTO u VALUES (1),('1'),(NULL),(x'01');`,
    steps: [
      `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT -- the a, with a comma
   , b INT /* (b) */, CONSTRAINT ab UNIQUE (a, b) -- last
   ); CREATE TABLE IF NOT EXISTS u (x)`,
      `CREATE TABLE IF NOT EXISTS t (other INT); DROP TABLE IF EXISTS nope; CREATE INDEX IF NOT EXISTS t_a ON t(a); CREATE INDEX IF NOT EXISTS t_a ON t(b); DROP INDEX IF EXISTS zz; DROP VIEW IF EXISTS vv; DROP TRIGGER IF EXISTS tt;`,
      `ALTER TABLE t ADD COLUMN c; ALTER TABLE t ADD d TEXT DEFAULT ('x'); INSERT INTO u SELECT a FROM t; INSERT INTO u SELECT * FROM u;`,
      `CREATE TABLE w AS SELECT id AS "the id", a || b AS ab, 1 + 1, CAST(b AS TEXT) t FROM t; DELETE FROM u WHERE x IS NULL OR x = '';`,
      `UPDATE t SET a = b, b = a; UPDATE t SET (c, d) = (d, c);`,
      `BEGIN; UPDATE t SET c = 1 WHERE id = 1; COMMIT; UPDATE u SET x = x || 'q'; ANALYZE; REINDEX t; PRAGMA user_version = 7; PRAGMA optimize;`,
    ],
  },
];
