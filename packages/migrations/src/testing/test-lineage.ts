import Database from 'better-sqlite3';
import { defineLineage } from '../lineage/define-lineage.ts';
import type { Lineage, Migration, SqlFunction } from '../lineage/lineage.ts';

/** A lineage from bare SQL, a migration a text. */
export function lineageOf(sql: readonly string[], functions: Record<string, SqlFunction> = {}): Lineage {
  const migrations = sql.map((text, at): Migration => {
    return {
      name: `${String(at).padStart(4, '0')}_step`,
      sql: text,
      createdAtMs: 1_700_000_000_000 + at * 1000,
    };
  });
  return defineLineage({ name: 'test', tables: {}, migrations, functions });
}

export function openMemory(sql = ''): Database.Database {
  const sqlite = new Database(':memory:');
  if (sql) sqlite.exec(sql);
  return sqlite;
}

/** Everything a database holds: its schema and each table's rows with their storage classes. */
export function dumpDatabase(sqlite: Database.Database): Record<string, unknown> {
  const objects = sqlite.prepare<[], { name: string; type: string; sql: string }>(
    'SELECT name, type, sql FROM sqlite_schema ORDER BY type, name',
  );
  const schema = objects.all();
  const tables = schema.filter((it) => it.type === 'table');
  const rows = tables.map(({ name }) => {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    const columns = sqlite.pragma(`table_xinfo(${quoted})`) as { name: string }[];
    const cells = columns.map((it) => `quote("${it.name.replaceAll('"', '""')}")`).join(` || ',' || `);
    return [name, rowsOf(sqlite, `SELECT ${cells} FROM ${quoted} ORDER BY 1`)];
  });
  return { schema, rows: Object.fromEntries(rows) };
}

/** Or the reason why there are none: a full-text table need not list what it holds. */
function rowsOf(sqlite: Database.Database, select: string): unknown {
  try {
    return sqlite.prepare(select).pluck().all();
  } catch (error) {
    return String(error);
  }
}
