import type { Database } from '../driver/index.ts';
import type { Trigger } from '../ledger/index.ts';
import { quoteIdentifier } from '../sql/index.ts';

interface Place {
  readonly name: string;
  readonly sql: string;
  /** The rowid of its row in the schema. */
  readonly at: number;
}

/**
 * Runs work that sets off none of some triggers, inside of the caller's transaction: after a failure they come back with
 * what it undoes. They keep their places in the schema: of the triggers of a table SQLite runs the newest first. The schema
 * is never read anew, for a virtual table would lose sight of what it has not written yet.
 */
export function withTriggersAside(sqlite: Database, triggers: readonly Trigger[], work: () => void): void {
  const places = placesOf(sqlite, triggers);
  for (const { name } of places) sqlite.exec(`DROP TRIGGER main.${quoteIdentifier(name)}`);
  work();
  for (const { sql } of places) sqlite.exec(sql);
  if (places.length > 0) putInPlace(sqlite, places);
}

function placesOf(sqlite: Database, triggers: readonly Trigger[]): Place[] {
  if (triggers.length === 0) return [];
  const place = sqlite.prepare<[string], Place>(
    `SELECT name, sql, rowid AS "at" FROM sqlite_schema WHERE type = 'trigger' AND name = ?`,
  );
  return triggers.flatMap(({ name }) => place.get(name) ?? []).sort((a, b) => a.at - b.at);
}

/** The first first: those behind it have taken no place before their own. */
function putInPlace(sqlite: Database, places: readonly Place[]): void {
  sqlite.unsafeMode(true);
  try {
    sqlite.exec('PRAGMA writable_schema = ON');
    const move = sqlite.prepare(`UPDATE sqlite_schema SET rowid = ? WHERE type = 'trigger' AND name = ?`);
    for (const { name, at } of places) move.run(at, name);
    sqlite.exec('PRAGMA writable_schema = OFF');
  } finally {
    sqlite.unsafeMode(false);
  }
}
