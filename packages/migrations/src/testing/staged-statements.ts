/** Changes of the tables `tasks`, `users` and `log` that no query gives exactly, and what each depends on. */
export const stagedStatements: readonly [dependsOn: string, sql: string][] = [
  ['keys that it invents', `INSERT INTO users (name) VALUES ('root'), ('guest')`],
  ['keys that it invents in the order it meets rows', 'INSERT INTO tasks (title) SELECT line FROM log'],
  ['an update of rows by one another', 'UPDATE tasks SET size = (SELECT count(*) FROM tasks WHERE size > 1)'],
  ['a subquery with several rows', 'UPDATE tasks SET title = (SELECT email FROM users WHERE name = title)'],
  ['a subquery cut short', 'UPDATE tasks SET title = (SELECT email FROM users ORDER BY name LIMIT 1)'],
  [
    'an aggregate that follows the order of rows',
    'UPDATE tasks SET title = (SELECT group_concat(line) FROM log)',
  ],
  ['a sum of reals', 'UPDATE tasks SET size = (SELECT sum(name) FROM users)'],
  ['the rowid', 'UPDATE log SET task = rowid'],
  [
    'the last row of each group',
    'DELETE FROM log WHERE rowid NOT IN (SELECT max(rowid) FROM log GROUP BY task)',
  ],
  [
    'INSERT OR IGNORE',
    `INSERT OR IGNORE INTO users VALUES (2, 'x', 'n@x'), (4, 'x', 'a@x'), (5, 'x', 'o@x')`,
  ],
  ['REPLACE', `REPLACE INTO users VALUES (8, 'x', 'a@x')`],
  [
    'an upsert',
    `INSERT INTO users SELECT id, title, 'a@x' FROM tasks WHERE true ON CONFLICT DO UPDATE SET name = name || excluded.name`,
  ],
  ['UPDATE OR IGNORE', `UPDATE OR IGNORE users SET email = 'x'`],
  [
    'UPDATE FROM, with several partners',
    'UPDATE tasks SET title = users.email FROM users WHERE users.name = tasks.title',
  ],
  ['LIMIT', 'DELETE FROM log ORDER BY line DESC LIMIT 1'],
  ['RETURNING', 'DELETE FROM tasks WHERE id = 2 RETURNING id'],
  ['window functions', 'INSERT INTO log SELECT title, row_number() OVER (ORDER BY title) FROM tasks'],
  [
    'DISTINCT of values that may compare as equal',
    'INSERT INTO log SELECT DISTINCT upper(title), 1 FROM tasks',
  ],
  ['a column that is not grouped by', 'INSERT INTO log SELECT title, size FROM tasks GROUP BY title'],
  [
    'an outer join on the right',
    'INSERT INTO log SELECT name, t.id FROM tasks t RIGHT JOIN users u ON u.name = t.title',
  ],
  [
    'several columns from one row',
    'UPDATE tasks SET (title, size) = (SELECT name, id FROM users WHERE id = 3)',
  ],
  ['row values', 'DELETE FROM tasks WHERE (title, id) IN (SELECT name, id - 1 FROM users)'],
  [
    'a recursive query before it',
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4)
     INSERT INTO log SELECT 'n', i FROM n`,
  ],
  [
    'a trigger',
    `CREATE TRIGGER t AFTER UPDATE ON tasks BEGIN INSERT INTO log VALUES (old.title || '>' || new.title, new.id); END;
     UPDATE tasks SET title = 'z' WHERE id > 1`,
  ],
  [
    'triggers that set off others',
    `CREATE TRIGGER one AFTER DELETE ON log BEGIN UPDATE tasks SET size = size + 1 WHERE id = old.task; END;
     CREATE TRIGGER two AFTER UPDATE ON tasks BEGIN INSERT INTO users (name) VALUES (new.size); END;
     DELETE FROM log WHERE line <> 'third'`,
  ],
  [
    'a trigger instead of it, on a view',
    `CREATE VIEW lines AS SELECT line FROM log;
     CREATE TRIGGER t INSTEAD OF INSERT ON lines BEGIN INSERT INTO log VALUES (new.line, (SELECT count(*) FROM log)); END;
     INSERT INTO lines SELECT name FROM users`,
  ],
  [
    'views, TEMP or not',
    `CREATE VIEW sizes AS SELECT size FROM tasks; CREATE TEMP VIEW ids AS SELECT id FROM users, sizes;
     UPDATE tasks SET size = (SELECT count(*) FROM ids); DROP VIEW ids`,
  ],
  [
    'a ranking in a TEMP table',
    `CREATE TEMP TABLE ranks AS SELECT id, row_number() OVER (ORDER BY title, id) AS n FROM tasks; DELETE FROM ranks WHERE n = 2;
     UPDATE tasks SET size = n FROM ranks WHERE ranks.id = tasks.id; DROP TABLE ranks`,
  ],
];
