import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { lineageAt } from '../lineage/index.ts';
import { replayMigrations } from '../replay/replay.ts';
import { lineageOf } from '../testing/test-lineage.ts';
import { patchFile } from './patch-file.ts';
import { type PatchKind, patchOf } from './patch-of.ts';

const created = 'CREATE TABLE t (id INTEGER PRIMARY KEY, payload TEXT, kind TEXT, n INTEGER)';
const version = "UPDATE t SET payload = json_set(payload, '$.v', 2) WHERE payload IS NOT NULL";
const renamed = `UPDATE t SET payload = json_remove(json_set(payload, '$.arguments', json_extract(payload, '$.args')), '$.args')
  WHERE payload IS NOT NULL`;

function updatesOf(pending: readonly string[], first = created, kind?: PatchKind): string[] {
  const batches = patchOf(lineageOf([first, ...pending]), 1, kind)?.batches ?? [];
  const scripts = batches.flatMap((batch) => (batch.kind === 'run' ? batch.scripts : []));
  return scripts.flatMap(({ sql }) => sql.split(';\n')).filter((sql) => sql.startsWith('UPDATE'));
}

it('updates of JSON are one, which parses it once and writes each row once', () => {
  const pending = [version, 'CREATE TABLE other (x)', 'ALTER TABLE t ADD more TEXT', renamed];
  const json = `iif(typeof("payload") = 'blob', '{', "payload")`;
  expect(updatesOf(pending)).toEqual([
    `UPDATE "t" SET "payload" = json_set(jsonb_remove(${json}, '$.args'), '$.v', 2, '$.arguments', jsonb_extract("payload", '$.args')) WHERE ("payload" IS NOT NULL)`,
  ]);
});

it('updates of columns that do not read each other are one, which leaves the rows alone that all leave alone', () => {
  const pending = [
    "UPDATE t SET kind = 'x' WHERE n > 1",
    "UPDATE t SET payload = '[]' WHERE id = 1 OR id = 2",
  ];
  expect(updatesOf(pending)).toEqual([
    `UPDATE "t" SET "payload" = CASE WHEN id = 1 OR id = 2 THEN '[]' ELSE "payload" END, "kind" = CASE WHEN n > 1 THEN 'x' ELSE "kind" END WHERE ("n" > 1) OR ("id" = 1 OR "id" = 2)`,
  ]);
});

it('they are as they are written for whoever has the lens judge what they leave', () => {
  const pending = ["UPDATE t SET kind = 'x' WHERE n > 1", "UPDATE t SET payload = '[]' WHERE id = 1"];
  expect(updatesOf(pending, created, { updates: 'as written' })).toEqual(pending);
});

it('an update waits for a column that it sets, and the one before it for it', () => {
  const pending = ["UPDATE t SET kind = 'x'", 'ALTER TABLE t ADD more INTEGER', 'UPDATE t SET more = n'];
  expect(updatesOf(pending)).toEqual([`UPDATE "t" SET "kind" = 'x', "more" = n`]);
});

const both = [version, renamed];
it.each<[string, readonly string[], string?]>([
  ['a constraint looks at what each leaves', both, created.replace(/\)$/, ", CHECK (payload <> ''))")],
  ['the column is unique', both, created.replace('payload TEXT', 'payload TEXT UNIQUE')],
  ['an index holds what is set', both, `${created}; CREATE INDEX t_v ON t (payload ->> '$.v')`],
  ['an index holds rows by what is set', both, `${created}; CREATE INDEX t_v ON t (n) WHERE payload > ''`],
  [
    'a trigger watches',
    both,
    `${created}; CREATE TRIGGER w AFTER UPDATE ON t BEGIN SELECT RAISE(ABORT, 'no'); END`,
  ],
  ['a column is computed', both, created.replace(/\)$/, ", v AS (payload ->> '$.v'))")],
  ['types are strict', both, `${created} STRICT`],
  ['rows come in between', [version, "INSERT INTO t (payload) VALUES ('{}')", renamed]],
  ['another table is made of them in between', [version, 'CREATE TABLE u AS SELECT * FROM t', renamed]],
  ['the second reads what the first has set', ["UPDATE t SET kind = 'x'", 'UPDATE t SET payload = kind']],
  ['the second sets anew what the first may fail to', ['UPDATE t SET n = abs(n)', 'UPDATE t SET n = id']],
  [
    'the second makes it of JSON that is elsewhere',
    [version, "UPDATE t SET payload = json_remove(kind, '$.x')"],
  ],
  ['the second asks for rows by it', ["UPDATE t SET kind = 'x'", "UPDATE t SET n = 1 WHERE kind = 'y'"]],
  [
    'the second asks another table',
    [version, 'CREATE TABLE u (x)', 'UPDATE t SET n = (SELECT max(x) FROM u)'],
  ],
  ['the key is set', ['UPDATE t SET id = -id', version]],
  [
    'JSON may be nested too deep in between',
    ["UPDATE t SET payload = json_set(payload, '$.a.b', json_extract(payload, '$.c'))", version],
  ],
])('updates are left as they are where %s', (_, pending, first) => {
  const wanted = pending.filter((sql) => sql.startsWith('UPDATE'));
  expect(updatesOf(pending, first)).toEqual(wanted);
});

it('rows that a column has outlived by ALTER COLUMN are not written again', () => {
  const pending = ["UPDATE t SET kind = 'x' WHERE n > 1", 'UPDATE t SET payload = NULL WHERE id = 1'];
  const lineage = lineageOf([created, 'ALTER TABLE t ALTER COLUMN kind TO kind INTEGER', ...pending]);
  const batches = patchOf(lineage, 2)?.batches ?? [];
  expect(batches.flatMap((batch) => (batch.kind === 'run' ? batch.scripts : []))).toEqual([
    { sql: pending.join(';\n'), isActing: false },
  ]);
});

it.each<[string, unknown, unknown]>([
  ['no JSON', 'no', 'fails'],
  ['a BLOB that looks like JSON', Buffer.from([19, 97]), 'fails'],
  ['a BLOB that is JSON', Buffer.from('{"args":1}'), 'fails'],
  ['JSON as deep as can be', `${'{"args":'.repeat(999)}1${'}'.repeat(999)}`, true],
  ['JSON that is deeper', `${'{"args":'.repeat(1001)}1${'}'.repeat(1001)}`, 'fails'],
])('a file whose row holds %s comes to what a replay makes, by that where need be', (_, payload, outcome) => {
  const lineage = lineageOf([created, ...both]);
  const sqlite = new Database(':memory:');
  replayMigrations(sqlite, lineageAt(lineage, 1));
  sqlite.prepare('INSERT INTO t (payload) VALUES (?)').run(payload);
  const replayed = new Database(sqlite.serialize());
  const attempt = (work: () => unknown) => {
    try {
      return work();
    } catch {
      return 'fails';
    }
  };
  expect(attempt(() => patchFile(sqlite, lineage, 1))).toBe(outcome);
  if (outcome === 'fails') return;
  replayMigrations(replayed, lineage);
  const [rows, wanted] = [sqlite, replayed].map((it) => it.prepare('SELECT * FROM t').all());
  expect(rows).toEqual(wanted);
});
