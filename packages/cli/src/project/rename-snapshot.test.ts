import { expect, it } from 'vitest';
import { renameInSnapshot } from './rename-snapshot.ts';

const table = (name: string, columns: string[], rest: object = {}) => ({
  name,
  columns: Object.fromEntries(columns.map((column) => [column, { name: column, type: 'text' }])),
  indexes: {},
  foreignKeys: {},
  compositePrimaryKeys: {},
  uniqueConstraints: {},
  checkConstraints: {},
  ...rest,
});

const reference = (name: string, tableTo: string, columnsTo: string[]) => ({
  [name]: { name, tableFrom: 'posts', columnsFrom: ['user_id'], tableTo, columnsTo, onDelete: 'cascade' },
});

const snapshot = (users: object, posts: object) => ({ id: 'x', tables: { ...users, ...posts }, views: {} });

const users = (name: string, mail: string) => ({
  [name]: table(name, ['id', mail], {
    indexes: { users_mail_unique: { name: 'users_mail_unique', columns: [mail], isUnique: true } },
    compositePrimaryKeys: {
      [`${name}_id_${mail}_pk`]: { name: `${name}_id_${mail}_pk`, columns: ['id', mail] },
    },
    checkConstraints: { mail: { name: 'mail', value: `"${name}"."${mail}" <> 'users.mail'` } },
  }),
});

const posts = (foreignKeys: object) => ({ posts: table('posts', ['user_id'], { foreignKeys }) });

it('renames a table with all that refers to it, and the names drizzle-kit makes of it', () => {
  const before = snapshot(
    users('users', 'mail'),
    posts(reference('posts_user_id_users_id_fk', 'users', ['id'])),
  );
  const after = renameInSnapshot(before, { table: undefined, from: 'users', to: 'people' });
  expect(after).toEqual(
    snapshot(users('people', 'mail'), posts(reference('posts_user_id_people_id_fk', 'people', ['id']))),
  );
});

it('renames a column, and leaves a name of the team as it is', () => {
  const before = snapshot(users('users', 'mail'), posts(reference('owner', 'users', ['mail'])));
  const after = renameInSnapshot(before, { table: 'users', from: 'mail', to: 'email' });
  expect(after).toEqual(snapshot(users('users', 'email'), posts(reference('owner', 'users', ['email']))));
});

it.each([
  ['a column', { table: 'posts', from: 'owner', to: 'user' }, 'owner is no column of posts', 'user_id'],
  ['a table', { table: undefined, from: 'user', to: 'people' }, 'user is no table', 'users, posts'],
  ['a free name', { table: 'users', from: 'mail', to: 'id' }, 'id is a column of users', 'id, mail'],
])('says RENAME_INVALID with the names there are, where it finds not %s', (_, rename, message, names) => {
  const before = snapshot(users('users', 'mail'), posts({}));
  expect(() => renameInSnapshot(before, rename)).toThrow(
    expect.objectContaining({
      code: 'RENAME_INVALID',
      message: expect.stringContaining(message),
      hint: `the migrations make these: ${names}`,
    }),
  );
});
