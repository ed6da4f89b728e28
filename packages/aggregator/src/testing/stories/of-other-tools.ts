import type { Story } from './story.ts';

/** Histories as the migrators of other tools write them. */
export const ofOtherTools: readonly Story[] = [
  {
    title: "Alembic's batch mode",
    rows: `INSERT INTO alembic_version VALUES ('aaa'); INSERT INTO agent_run VALUES (1,'one','PENDING',NULL,'2025-01-01'),(2,'two','DONE',3.5,NULL),(3,NULL,'x',0,'bad'); INSERT INTO step VALUES (1,1,'a'),(2,1,NULL),(3,3,'c');`,
    steps: [
      `CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
CREATE TABLE agent_run (id INTEGER NOT NULL, name VARCHAR(255), status VARCHAR(7) NOT NULL, cost FLOAT, created_at DATETIME DEFAULT (CURRENT_TIMESTAMP), PRIMARY KEY (id));
CREATE TABLE step (id INTEGER NOT NULL, run_id INTEGER, body TEXT, PRIMARY KEY (id), FOREIGN KEY(run_id) REFERENCES agent_run (id));
CREATE INDEX ix_step_run_id ON step (run_id);`,
      `CREATE TABLE _alembic_tmp_agent_run (
	id INTEGER NOT NULL, 
	name VARCHAR(255) DEFAULT 'unnamed' NOT NULL, 
	status VARCHAR(9) NOT NULL, 
	cost NUMERIC(10, 4), 
	created_at DATETIME DEFAULT (CURRENT_TIMESTAMP), 
	PRIMARY KEY (id), 
	CONSTRAINT runstatus CHECK (status IN ('PENDING', 'DONE', 'x', 'CANCELLED'))
);
INSERT INTO _alembic_tmp_agent_run (id, name, status, cost, created_at) SELECT agent_run.id, coalesce(agent_run.name, 'none'), agent_run.status, agent_run.cost, agent_run.created_at 
FROM agent_run;
DROP TABLE agent_run;
ALTER TABLE _alembic_tmp_agent_run RENAME TO agent_run;
UPDATE alembic_version SET version_num='bbb' WHERE alembic_version.version_num = 'aaa';`,
      `CREATE TABLE _alembic_tmp_step (id INTEGER NOT NULL, run_id INTEGER NOT NULL, body TEXT, seq INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY (id), CONSTRAINT fk_step_run FOREIGN KEY(run_id) REFERENCES agent_run (id) ON DELETE CASCADE, CONSTRAINT uq_step UNIQUE (run_id, id));
INSERT INTO _alembic_tmp_step (id, run_id, body) SELECT step.id, step.run_id, step.body FROM step;
DROP TABLE step;
ALTER TABLE _alembic_tmp_step RENAME TO step;
CREATE INDEX ix_step_run_id ON step (run_id) ;
UPDATE step SET seq = (SELECT count(*) FROM step AS s2 WHERE s2.run_id = step.run_id AND s2.id < step.id);
UPDATE alembic_version SET version_num='ccc' WHERE alembic_version.version_num = 'bbb';`,
      `DELETE FROM agent_run WHERE status = 'x'; UPDATE alembic_version SET version_num='ddd' WHERE alembic_version.version_num = 'ccc';`,
    ],
  },
  {
    title: "goose's comments, and triggers whose bodies say statements",
    rows: `INSERT INTO jobs (id, queue, body, tries) VALUES (1,'q','a;b',0),(2,'q','-- not a comment',3),(3,NULL,'/* x */',1);`,
    steps: [
      `-- +goose Up
-- +goose StatementBegin
CREATE TABLE jobs (id INTEGER PRIMARY KEY, queue TEXT, body TEXT, tries INT DEFAULT 0, done_at TEXT);
CREATE TABLE audit (n INTEGER PRIMARY KEY, what TEXT, job INT);
CREATE TRIGGER jobs_audit AFTER UPDATE OF tries ON jobs WHEN new.tries > old.tries BEGIN
  INSERT INTO audit (what, job) VALUES ('try; again', new.id); -- a ; here
  UPDATE jobs SET done_at = CASE WHEN new.tries > 3 THEN 'gave up' ELSE NULL END WHERE id = new.id;
END;
-- +goose StatementEnd`,
      `-- +goose Up
UPDATE jobs SET tries = tries + 1 WHERE queue IS NOT NULL; -- sets off the trigger
/* done; */`,
      `-- +goose Up
ALTER TABLE jobs ADD COLUMN "priority;" INTEGER /* ; */ DEFAULT (2) NOT NULL;
UPDATE jobs SET body = replace(body, ';', ',') WHERE body LIKE '%;%' ESCAPE '!';`,
      `DROP TRIGGER jobs_audit; CREATE TABLE new_jobs (id INTEGER PRIMARY KEY, queue TEXT NOT NULL DEFAULT 'default', body TEXT, tries INT, done_at TEXT, "priority;" INTEGER);
INSERT INTO new_jobs SELECT id, coalesce(queue, 'default'), body, tries, done_at, "priority;" FROM jobs ORDER BY id DESC;
DROP TABLE jobs; ALTER TABLE new_jobs RENAME TO jobs;
CREATE TRIGGER jobs_gone BEFORE DELETE ON jobs BEGIN INSERT INTO audit (what, job) VALUES ('gone', old.id); END;`,
      `DELETE FROM jobs WHERE tries >= 4;`,
    ],
  },
  {
    title: 'quotes of every kind around every kind of name',
    rows: `INSERT INTO [order] ("group", \`select\`, 'from', "naïve") VALUES (1,'a','b','é'),(2,NULL,'c',NULL); INSERT INTO "日本語" VALUES (1,'値'),(2,'"q"'); INSERT INTO "a.b" VALUES (1, x'00ff');`,
    steps: [
      `\ufeffCREATE TABLE [order] ("group" INTEGER PRIMARY KEY, \`select\` TEXT, 'from' TEXT, "naïve" TEXT, "x""y" INT DEFAULT 3);
CREATE TABLE "日本語" (キー INTEGER PRIMARY KEY, 値 TEXT);CREATE TABLE "a.b" ("c d" INTEGER PRIMARY KEY, [e f] BLOB);`,
      `ALTER TABLE \`order\` RENAME COLUMN [select] TO "where"; ALTER TABLE "order" ADD "index" integer DEFAULT -1;`,
      `UPDATE "order" SET "where" = "from" || '::' || [naïve], "index" = "x""y" * 2 WHERE "order"."group" > 0 AND "where" IS NOT NULL; UPDATE '日本語' SET 値 = 値 || 'さん' WHERE キー = 1;`,
      `ALTER TABLE "order" RENAME TO 'table'; CREATE TABLE "order" AS SELECT "group" AS "limit", "where" FROM "table"; ALTER TABLE "a.b" RENAME TO [a b]; ALTER TABLE [a b] RENAME COLUMN "e f" TO "values";`,
      `CREATE VIEW "union" AS SELECT "limit" AS "by", t."from" FROM "order" o LEFT JOIN 'table' AS t ON t."group" = o."limit"; CREATE TRIGGER "end" INSTEAD OF INSERT ON "union" BEGIN INSERT INTO "order" VALUES (new."by", new."from"); END;`,
      `INSERT INTO "union" ("by", "from") VALUES (9, 'via view'); DELETE FROM "order" WHERE "limit" = 2;`,
    ],
  },
  {
    title: 'statement breakpoints at odd places',
    rows: `INSERT INTO \`chats\` VALUES ('c1','T',1,'["x"]'),('c2',NULL,2,NULL);`,
    steps: [
      `CREATE TABLE \`chats\` (
	\`id\` text PRIMARY KEY NOT NULL,
	\`title\` text,
	\`created_at\` integer DEFAULT (unixepoch()) NOT NULL,
	\`tags\` text
);
--> statement-breakpoint
--> statement-breakpoint
`,
      `--> statement-breakpoint
ALTER TABLE \`chats\` ADD \`pinned\` integer DEFAULT false NOT NULL;--> statement-breakpointALTER TABLE \`chats\` ADD \`meta\` text DEFAULT '{"v":1}';
--> statement-breakpoint 
-- nothing
`,
      `UPDATE \`chats\` SET \`title\` = 'a --> statement-breakpoint?' WHERE \`title\` IS NULL;
--> statement-breakpoint
UPDATE \`chats\` SET \`meta\` = json_set(\`meta\`, '$.tags', json(\`tags\`)) WHERE \`tags\` IS NOT NULL;`,
      `PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE \`__new_chats\` (
	\`id\` text PRIMARY KEY NOT NULL,
	\`title\` text NOT NULL,
	\`created_at\` integer NOT NULL,
	\`pinned\` integer DEFAULT false NOT NULL,
	\`meta\` text
);
--> statement-breakpoint
INSERT INTO \`__new_chats\`("id", "title", "created_at", "pinned", "meta") SELECT "id", "title", "created_at", "pinned", "meta" FROM \`chats\`;--> statement-breakpoint
DROP TABLE \`chats\`;--> statement-breakpoint
ALTER TABLE \`__new_chats\` RENAME TO \`chats\`;--> statement-breakpoint
PRAGMA foreign_keys=ON;`,
      `UPDATE \`chats\` SET \`meta\` = json_patch(\`meta\`, '{"v":2,"tags":null}');--> statement-breakpointUPDATE \`chats\` SET \`meta\` = json_insert(\`meta\`, '$.n', length(\`title\`));`,
    ],
  },
  {
    title: 'JSON exploded into rows and gathered again',
    rows: `INSERT INTO ev VALUES (1,'s1','msg','{"role":"user","parts":[{"t":"a"},{"t":"b"}]}'),(2,'s1','msg','{"role":"bot","parts":[]}'),(3,'s2','tool','{"name":"x","args":{"q":[1,2]}}'),(4,'s2','bad','nope');`,
    steps: [
      `CREATE TABLE ev (id INTEGER PRIMARY KEY, s TEXT, kind TEXT, data TEXT);`,
      `CREATE TABLE part (id INTEGER PRIMARY KEY, ev INT REFERENCES ev(id) ON DELETE CASCADE, n INT, text TEXT, UNIQUE (ev, n)); INSERT INTO part (ev, n, text) SELECT ev.id, p.key, p.value ->> '$.t' FROM ev, json_each(ev.data, '$.parts') AS p WHERE json_valid(ev.data) ORDER BY ev.id, p.key;`,
      `UPDATE ev SET data = json_set(data, '$.count', (SELECT count(*) FROM part WHERE part.ev = ev.id), '$.texts', (SELECT json_group_array(text) FROM (SELECT text FROM part WHERE part.ev = ev.id ORDER BY n))) WHERE json_valid(data) AND kind = 'msg';`,
      `CREATE TABLE s AS WITH x AS (SELECT s, max(id) AS last, count(*) AS n FROM ev GROUP BY s) SELECT s AS id, last, n, (SELECT group_concat(kind, '|') FROM (SELECT DISTINCT kind FROM ev WHERE ev.s = x.s ORDER BY kind)) AS kinds FROM x;`,
      `DELETE FROM ev WHERE NOT json_valid(data); UPDATE s SET n = (SELECT count(*) FROM ev WHERE ev.s = s.id);`,
      `ALTER TABLE ev RENAME COLUMN s TO session; UPDATE ev SET data = json_remove(json_set(data, '$.input', json_extract(data, '$.args')), '$.args') WHERE kind = 'tool';`,
    ],
  },
  {
    title: "sqlx's STRICT tables, upserts, RETURNING and gaps filled",
    rows: `INSERT INTO kv VALUES ('a','1',1),('b','{"n":2}',2),('c','x',3); INSERT INTO usage (day, model, tokens, cost) VALUES ('2025-01-01','m',10,0.5),('2025-01-01','n',5,0.25),('2025-01-02','m',7,NULL);`,
    steps: [
      `create table if not exists kv ( key text primary key not null, value text not null, rev integer not null default 1 ) strict, without rowid;
create table usage ( day text not null, model text not null, tokens integer not null default 0, cost real, primary key (day, model) ) strict;`,
      `insert into kv (key, value, rev) values ('a', '10', 1), ('z', 'new', 1) on conflict (key) do update set value = excluded.value, rev = kv.rev + 1 where excluded.value <> kv.value;`,
      `alter table usage add column cached integer not null default 0; update usage set cached = tokens / 2 where model = 'm' returning day, cached;`,
      `create table totals (model text primary key, tokens integer, share real, rank integer) strict;
insert into totals select model, sum(tokens), round(sum(tokens) * 1.0 / (select sum(tokens) from usage), 3), row_number() over (order by sum(tokens) desc, model) from usage group by model;
insert into kv (key, value) select 'total:' || model, cast(tokens as text) from totals where true on conflict do nothing;`,
      `with recursive days(d) as (select '2025-01-01' union all select date(d, '+1 day') from days where d < '2025-01-04') insert into usage (day, model, tokens) select d, 'gap', 0 from days where not exists (select 1 from usage u where u.day = days.d);`,
      `delete from kv where rev = (select max(rev) from kv); alter table kv rename to settings;`,
    ],
  },
  {
    title: 'Temporary tables of Knex under views of views',
    rows: `INSERT INTO runs VALUES (1,'x',1.0,0),(2,'y',2.5,1),(9223372036854775807,'big',-0.0,0); INSERT INTO events VALUES (1,1,'start'),(2,1,'stop'),(3,2,NULL);`,
    steps: [
      "create table `runs` (`id` integer not null primary key autoincrement, `name` varchar(255), `cost` float, `done` boolean default '0');create table `events` (`id` integer not null primary key autoincrement, `run_id` integer, `kind` varchar(255), foreign key(`run_id`) references `runs`(`id`) on delete CASCADE);create view `open_runs` as select * from `runs` where not `done`;create trigger `open_runs_del` instead of delete on `open_runs` begin update runs set done = 1 where id = old.id; end; create view `open_events` as select e.*, r.`name` from `events` e join `open_runs` r on r.id = e.run_id;create trigger `runs_au` after update of `done` on `runs` begin insert into `events` (`run_id`, `kind`) values (new.id, 'done ' || new.done); end;",
      "PRAGMA foreign_keys = OFF; CREATE TABLE `_knex_temp_alter123` (`id` integer not null primary key autoincrement, `name` varchar(255) not null default 'none', `cost` float, `done` boolean default '0'); INSERT INTO `_knex_temp_alter123` SELECT * FROM `runs`; DROP TABLE `runs`; ALTER TABLE `_knex_temp_alter123` RENAME TO `runs`; PRAGMA foreign_keys = ON;",
      'alter table `events` rename to `run_events`; alter table `run_events` rename column `kind` to `type`;',
      "create trigger `runs_au2` after update of `done` on `runs` when new.done <> old.done begin insert into `run_events` (`run_id`, `type`) values (new.id, 'again'); end; alter table runs rename column done to is_done; update runs set is_done = 1 - is_done where id < 100;",
    ],
    underViews: [1],
  },
];
