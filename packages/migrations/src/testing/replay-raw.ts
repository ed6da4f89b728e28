import type { Database } from 'better-sqlite3';
import { changesRowsOnly } from '../lens/changes-rows-only.ts';
import { splitStatements } from '../sql/split-statements.ts';

/**
 * What a migration says to SQLite, without any of varve's replay: every statement by itself, with foreign keys on for
 * those that change rows and off for DDL.
 */
export function replayRaw(sqlite: Database, sql: string, foreignKeys: 'on' | 'off' = 'on'): void {
  for (const statement of splitStatements(sql)) {
    const isOn = foreignKeys === 'on' && changesRowsOnly(statement);
    sqlite.pragma(`foreign_keys = ${isOn ? 'ON' : 'OFF'}`);
    sqlite.exec(statement.text);
  }
  sqlite.pragma('foreign_keys = OFF');
  sqlite.pragma('legacy_alter_table = OFF');
}
