import type { Database } from './open-database.ts';
import { statOf } from './sidecars.ts';

/**
 * Has SQLite remove a journal that takes nothing back: a program that was killed before its journal was on the disk leaves
 * one, and so does `journal_mode = PERSIST`. Under SQLite's own lock: where another connection writes, it stays.
 */
export function dropIdleJournal(sqlite: Database): void {
  if (statOf(`${sqlite.name}-journal`))
    sqlite.exec('PRAGMA journal_mode = PERSIST; PRAGMA journal_mode = DELETE');
}
