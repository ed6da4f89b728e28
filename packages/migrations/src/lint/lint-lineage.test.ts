import { expect, it } from 'vitest';
import { lineageOf } from '../testing/test-lineage.ts';
import { lintLineage } from './lint-lineage.ts';

const base = `CREATE TABLE users (id integer PRIMARY KEY, mail text, nick text CHECK (length(nick) < 9), UNIQUE (nick));
CREATE TABLE posts (id integer PRIMARY KEY, user_id integer REFERENCES users (id) ON DELETE CASCADE, body text);`;

const rebuild = (columns: string, names: string) => `CREATE TABLE __new_users (${columns});
INSERT INTO __new_users (${names}) SELECT ${names} FROM users;
DROP TABLE users;
ALTER TABLE __new_users RENAME TO users;`;

function lint(sql: string, ...earlier: string[]): string[] {
  const lineage = lineageOf([base, ...earlier, sql]);
  const adopted = new Set(lineage.migrations.slice(0, -1).map(({ name }) => name));
  return lintLineage(lineage, adopted).map(({ rule, line, message }) => `${rule}:${line} ${message}`);
}

it.each([
  ['a new table', 'CREATE TABLE tags (id integer PRIMARY KEY, name text NOT NULL UNIQUE CHECK (name > 0));'],
  ['an added column', "ALTER TABLE users ADD state text NOT NULL DEFAULT 'new';"],
  ['an index', 'CREATE INDEX posts_user ON posts (user_id);'],
  ['an index made anew under another name', 'CREATE UNIQUE INDEX nicks ON users (nick);'],
  [
    'a UNIQUE column just added',
    'ALTER TABLE posts ADD slug text;\nCREATE UNIQUE INDEX slugs ON posts (slug, body);',
  ],
  ['an UPDATE from the row', 'UPDATE posts SET body = trim(body);'],
  ['a date from the row', "UPDATE posts SET body = strftime('%Y', body), user_id = unixepoch(id);"],
  ['defaults that rows to come will have', "CREATE TABLE log (at text DEFAULT (datetime('now')));"],
])('says nothing about %s', (_, sql) => expect(lint(sql)).toEqual([]));

it.each([
  ['a dropped table', 'DROP TABLE posts;', ['data-loss:1 table dropped: posts']],
  ['a dropped column', 'ALTER TABLE posts DROP COLUMN body;', ['data-loss:1 column dropped: posts.body']],
  ['a DELETE', 'DELETE FROM posts WHERE id = 1;', ['data-loss:1 rows deleted: posts']],
  [
    'NOT NULL without a default',
    'ALTER TABLE posts ADD x text NOT NULL;',
    [
      'may-fail:1 posts.x is NOT NULL without a default: any row fails',
      'not-in-place:1 older archives run this at each opening: it adds the NOT NULL column x without a default, which fails when there are rows',
    ],
  ],
  [
    'a new UNIQUE',
    'CREATE UNIQUE INDEX u ON posts (user_id, body);',
    ['may-fail:1 posts becomes unique in body, user_id: equal rows fail'],
  ],
  [
    'a UNIQUE column that was added and filled',
    'ALTER TABLE posts ADD slug text;\nUPDATE posts SET slug = body;\nCREATE UNIQUE INDEX s ON posts (slug);',
    ['may-fail:3 posts becomes unique in slug: equal rows fail'],
  ],
  [
    'a UNIQUE column with a default',
    "ALTER TABLE posts ADD slug text DEFAULT '';\nCREATE UNIQUE INDEX s ON posts (slug);",
    ['may-fail:2 posts becomes unique in slug: equal rows fail'],
  ],
  [
    'a partial UNIQUE',
    'CREATE UNIQUE INDEX u ON users (mail) WHERE id > 3;',
    ['may-fail:1 users becomes unique in index u: equal rows fail'],
  ],
  [
    'a renamed column',
    'CREATE INDEX i ON posts (body);\nALTER TABLE users RENAME COLUMN nick TO name;',
    ['rename:2 users.nick becomes name'],
  ],
  ['a renamed table', 'ALTER TABLE posts RENAME TO articles;', ['rename:1 posts becomes articles']],
  [
    'transaction control',
    'COMMIT;\nUPDATE posts SET id = id;\nBEGIN;',
    ['transaction-control:1 COMMIT is left out', 'transaction-control:3 BEGIN is left out'],
  ],
  [
    'a literal in double quotes behind DEFAULT',
    'CREATE TABLE t (\n a text DEFAULT "x");',
    ['double-quoted-literal:1 "x" is a text only because no column is called so'],
  ],
  [
    'a literal in double quotes that replay makes a text',
    'CREATE INDEX i ON posts (body);\nUPDATE posts SET body = "none";',
    ['double-quoted-literal:2 "none" is a text only because no column is called so'],
  ],
])('names %s', (_, sql, expected) => expect(lint(sql)).toEqual(expected));

it('names what a rebuild tightens, and the children that Drizzle would delete', () => {
  const columns = 'id integer PRIMARY KEY, mail text NOT NULL, nick text UNIQUE, CHECK (nick > 1)';
  expect(lint(rebuild(columns, 'id, mail, nick'))).toEqual([
    'may-fail:1 users.mail becomes NOT NULL: a row without a value fails',
    'may-fail:1 users gets CHECK (nick > 1): rows against it fail',
    expect.stringMatching(/^rebuild-under-children:4 users is rebuilt under posts: harmless here/),
  ]);
});

it.each([
  ['a table dropped last', 'UPDATE posts SET body = 1;\nDROP TABLE posts;', 'data-loss:2'],
  [
    'one of several columns',
    'ALTER TABLE users ADD x text;\n\nALTER TABLE posts DROP COLUMN body;',
    'data-loss:3',
  ],
  ['a DELETE', 'CREATE TABLE log (at text);\nDELETE FROM `posts`\n WHERE id = 1;', 'data-loss:2'],
  [
    'a column that a rebuild leaves out',
    `UPDATE users SET mail = 1;\n${rebuild('id integer PRIMARY KEY, nick text CHECK (length(nick) < 9) UNIQUE', 'id, nick')}`,
    'data-loss:2',
  ],
  ['a table that had another name', 'ALTER TABLE posts RENAME TO p;\nDROP TABLE p;', 'data-loss:2'],
  ['a NOT NULL', 'ALTER TABLE posts ADD y text;\nALTER TABLE posts ADD x text NOT NULL;', 'may-fail:2'],
  [
    'a UNIQUE',
    'CREATE INDEX i ON posts (body);\nCREATE UNIQUE INDEX u ON posts (body, user_id);',
    'may-fail:2',
  ],
  [
    'a reference without a parent',
    'ALTER TABLE posts ADD y text;\nALTER TABLE posts ADD call_seq integer REFERENCES calls (seq);',
    'missing-parent:2',
  ],
  [
    'the table that others refer to, dropped',
    'ALTER TABLE posts ADD y text;\nDROP TABLE users;',
    'missing-parent:2',
  ],
])('names the line of the statement for %s', (_, sql, expected) => {
  const places = lint(sql).map((finding) => finding.split(' ')[0]);
  expect(places).toContain(expected);
});

it('knows a constraint again after its column was renamed', () => {
  expect(lint('ALTER TABLE users RENAME COLUMN nick TO name;')).toEqual(['rename:1 users.nick becomes name']);
});

it('names a reference that an existing column gets', () => {
  const columns =
    'id integer PRIMARY KEY REFERENCES posts (id), mail text, nick text CHECK (length(nick) < 9) UNIQUE';
  expect(lint(rebuild(columns, 'id, mail, nick'))[0]).toBe(
    'may-fail:1 users gets a reference from id to posts: rows without a parent fail',
  );
});

it.each(["datetime('now')", 'CURRENT_TIMESTAMP', 'hex(randomblob(4))', "strftime('%Y')", 'unixepoch()'])(
  'names %s where it changes rows',
  (call) => {
    const rules = lint(`UPDATE posts SET body = ${call};`).map((finding) => finding.split(':')[0]);
    expect(rules).toEqual(['non-deterministic', 'not-in-place']);
  },
);

it('names a statement that no lens can express: it runs at each opening, or archives are read from a copy', () => {
  expect(lint('INSERT INTO posts (body) VALUES (1) ON CONFLICT DO UPDATE SET body = 2;').join()).toContain(
    'not-in-place:1 older archives run this at each opening: ',
  );
  expect(lint('UPDATE posts SET body = (SELECT max(name) FROM sqlite_schema);')).toEqual([
    'not-in-place:1 older archives are replayed on a copy: it reads sqlite_schema',
  ]);
});

it('names a reference to a table that is not there, once', () => {
  const sql = 'ALTER TABLE posts ADD COLUMN call_seq integer REFERENCES calls(seq);';
  expect(lint(sql, 'CREATE INDEX i ON posts (body);')).toEqual([
    'missing-parent:1 posts.call_seq refers to calls, which is not there: every row that names one is refused',
  ]);
  expect(lint(`CREATE TABLE calls (seq integer PRIMARY KEY); ${sql}`)).toEqual([]);
});

it('names a foreign key that lost what the schema says becomes of its rows, with the statement to write', () => {
  const [add, other] = [
    'ALTER TABLE posts ADD tag_id integer REFERENCES tags(id)',
    'ALTER TABLE posts ADD x text',
  ];
  const sql = `CREATE TABLE tags (id integer PRIMARY KEY);\n${other};\n${add};`;
  const key = { table: 'posts', columns: ['tag_id'], parent: 'tags', onUpdate: 'no action' };
  const named = (last: string, onDelete: string) => {
    const lineage = lineageOf([base, last, 'CREATE INDEX i ON posts (x);']);
    const keys = [{ ...key, onDelete }];
    const intended = new Map(lineage.migrations.slice(1).map(({ name }) => [name, keys]));
    return lintLineage(lineage, new Set(), intended).map(
      ({ rule, line, message }) => `${rule}:${line} ${message}`,
    );
  };
  expect(named(sql, 'cascade')).toEqual([
    `lost-action:3 posts.tag_id loses ON DELETE CASCADE, which the schema says; write: ${add} ON DELETE CASCADE;`,
  ]);
  expect(named(sql, 'no action')).toEqual([]);
  expect(named(sql.replace(add, `${add} ON DELETE CASCADE`), 'cascade')).toEqual([]);
  expect(named(`-- varve-allow lost-action: it shall be so\n${sql}`, 'set null')).toEqual([]);
});

it('leaves adopted migrations alone, and needs no less of later ones', () => {
  expect(lint('DROP TABLE posts;', 'ALTER TABLE posts DROP COLUMN body;')).toEqual([
    'data-loss:1 table dropped: posts',
  ]);
});

it.each([
  ['a reason', '-- varve-allow data-loss: nobody ever read them\nDROP TABLE posts;', []],
  [
    'no reason',
    '-- varve-allow data-loss:\nDROP TABLE posts;',
    ['bad-allow:1 data-loss is allowed without a reason', 'data-loss:2 table dropped: posts'],
  ],
  [
    'an unknown rule',
    'CREATE INDEX i ON posts (body);\n-- varve-allow dataloss: oh',
    ['bad-allow:2 there is no rule dataloss'],
  ],
  [
    'a string',
    "INSERT INTO posts (id, body) VALUES (1, '\n-- varve-allow data-loss: x');DROP TABLE users;",
    [
      'data-loss:2 table dropped: users',
      'missing-parent:2 posts.user_id refers to users, which is not there: every row that names one is refused',
    ],
  ],
])('reads a varve-allow comment with %s', (_, sql, expected) => expect(lint(sql)).toEqual(expected));

it('throws for a migration that cannot run at all', () => {
  expect(() => lint('DROP TABLE nothing;')).toThrow(expect.objectContaining({ code: 'MIGRATION_FAILED' }));
});
