import { expect, it } from 'vitest';
import { defineLineage } from './define-lineage.ts';

const up = 'CREATE TABLE a (x);\n';

function sqlOf(sql: string, ledger?: { readonly table: string; readonly name?: string }): string | undefined {
  const migrations = [{ name: '0001_a', createdAtMs: 1, sql }];
  return defineLineage({ name: 'way back', tables: {}, migrations, ...(ledger && { ledger }) }).migrations[0]
    ?.sql;
}

it.each([
  '-- +goose Down\nDROP TABLE a;',
  '--+goose down',
  '  -- +migrate Down\nDROP TABLE a;',
  '-- migrate:down transaction:false\r\nDROP TABLE a;',
])("leaves out what takes another tool's migration back: %j", (down) => {
  const ledger = { table: 'goose_db_version', name: 'version_id' };
  expect(sqlOf(up + down, ledger)).toBe(up);
  expect(sqlOf(`${up}-- +goose Downwards\n`, ledger)).toBe(`${up}-- +goose Downwards\n`);
});

it("leaves Drizzle's migrations whole, whose hashes are those of all that they say", () => {
  const sql = `${up}-- migrate:down\nDROP TABLE a;`;
  expect([sqlOf(sql), sqlOf(sql, { table: 'my_migrations' })]).toEqual([sql, sql]);
});
