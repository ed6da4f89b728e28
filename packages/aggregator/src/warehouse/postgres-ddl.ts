import { quoteIdentifier as quote } from '@varve/migrations/internal';
import type { WarehouseColumn, WarehouseDialect, WarehouseKind } from './contract.ts';

const partitions = 8;

const types: Record<WarehouseKind, string> = {
  integer: 'bigint',
  real: 'double precision',
  text: 'text',
  // As it is written: jsonb would lose the order of keys, and numbers that no number of Postgres is.
  json: 'json',
  blob: 'bytea',
  mixed: 'text',
};

export const postgresDialect: WarehouseDialect = {
  createTable({ name, columns, key }) {
    const lines = ['"_archive" bigint NOT NULL', '"_version" integer NOT NULL', ...columns.map(columnLine)];
    const unique = ['_archive', ...key].map(quote).join(', ');
    // It begins with what the table is divided by, as one must that is to hold on every part, or on every server.
    if (key.length > 0) lines.push(`PRIMARY KEY (${unique})`);
    const parts = Array.from(
      { length: partitions },
      (_, at) =>
        `CREATE TABLE ${quote(`${name}_p${at}`)} PARTITION OF ${quote(name)} FOR VALUES WITH (MODULUS ${partitions}, REMAINDER ${at})`,
    );
    return [
      `CREATE TABLE ${quote(name)} (${lines.join(', ')}) PARTITION BY HASH ("_archive")`,
      ...parts,
      ...(key.length > 0 ? [] : [`CREATE INDEX ON ${quote(name)} ("_archive")`]),
    ];
  },
  dropTable: (name) => [`DROP TABLE ${quote(name)}`],
  addColumn: ({ name }, column) => [`ALTER TABLE ${quote(name)} ADD COLUMN ${columnLine(column)}`],
  dropColumn: ({ name }, column) => [`ALTER TABLE ${quote(name)} DROP COLUMN ${quote(column)}`],
  widenColumn: ({ name }, column) => [
    `ALTER TABLE ${quote(name)} ALTER COLUMN ${quote(column)} TYPE text USING ${quote(column)}::text`,
  ],
  changeTable: (_table, changes) => changes,
};

function columnLine({ name, kind }: WarehouseColumn): string {
  return `${quote(name)} ${types[kind]}`;
}

export const postgresLedgerDdl = [
  'CREATE TABLE IF NOT EXISTS "_varve" ("name" text PRIMARY KEY, "value" text NOT NULL)',
  `CREATE TABLE IF NOT EXISTS "_archives" ("id" bigint PRIMARY KEY, "path" text NOT NULL, "size_bytes" bigint NOT NULL,
    "mtime_ms" double precision NOT NULL, "etag" text NOT NULL, "session_id" text, "version" integer, "rows" bigint NOT NULL,
    "strategy" text, "state" text NOT NULL, "error_code" text, "error_message" text, "error_hint" text,
    "read_at_ms" bigint NOT NULL, "head" text NOT NULL)`,
  'CREATE INDEX IF NOT EXISTS "_archives_session_idx" ON "_archives" ("session_id")',
];
