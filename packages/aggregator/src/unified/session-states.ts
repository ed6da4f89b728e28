import { type Database, quoteIdentifier, type Statement } from '@varve/migrations/internal';
import type { HeadTable } from './head-table.ts';

/** How the rows of one archive stand to those of another that claims the same session. */
export type StateRelation = 'same' | 'earlier' | 'later' | 'other';

/**
 * Tells by rows which of two archives holds a later state of a session: the one that has every row of the other as it
 * was, but for the session's own row and for calls that were running. Neither a file's time nor its name says so.
 */
export class SessionStates {
  readonly #continues: readonly Statement<[{ one: number; other: number }], number>[];

  /** `tables` are in `main` with all their columns. */
  constructor(sqlite: Database, tables: readonly HeadTable[]) {
    this.#continues = tables.map((table) =>
      sqlite.prepare<[{ one: number; other: number }], number>(`SELECT ${contradictionSql(table)}`).pluck(),
    );
  }

  /** By the ids of the archives. */
  compare(one: number, other: number): StateRelation {
    const [isEarlier, isLater] = [this.#isContinued(one, other), this.#isContinued(other, one)];
    if (isEarlier) return isLater ? 'same' : 'earlier';
    return isLater ? 'later' : 'other';
  }

  #isContinued(one: number, other: number): boolean {
    return this.#continues.every((contradiction) => contradiction.get({ one, other }) === 0);
  }
}

/** Whether some row of `one` is not in `other`, or not as it was. */
function contradictionSql(table: HeadTable): string {
  const name = `main.${quoteIdentifier(table.name)}`;
  const key = table.primaryKey.flatMap((column) => column.name ?? []);
  const isKeyed = key.length > 0 && key.length === table.primaryKey.length;
  const matched = isKeyed ? allOf(key.map(isSameCell)) : '1';
  return `EXISTS (SELECT 1 FROM ${name} AS a WHERE a."_archive" = :one AND NOT EXISTS (
    SELECT 1 FROM ${name} AS b WHERE b."_archive" = :other AND ${matched} AND (${isUnchanged(table)})))`;
}

function isUnchanged({ name, columns }: HeadTable): string {
  const names = columns.map((column) => column.name);
  // A session's own row tells how it ended, and when.
  if (name === 'sessions')
    return (
      names
        .filter((it) => it === 'started_at_ms')
        .map(isSameCell)
        .join() || '1'
    );
  const cells = allOf(names.map(isSameCell));
  return names.includes('status') ? `a."status" = 'running' OR (${cells})` : cells;
}

/** SQLite takes expressions of a thousand levels, and each AND is one. Source: https://www.sqlite.org/limits.html */
function allOf(conditions: readonly string[]): string {
  const groups = Array.from({ length: Math.ceil(conditions.length / groupSize) }, (_, at) =>
    conditions.slice(at * groupSize, (at + 1) * groupSize).join(' AND '),
  );
  return groups.map((group) => `(${group})`).join(' AND ') || '1';
}

const groupSize = 50;

/** A text is compared by its bytes, whatever its column's collation. */
function isSameCell(column: string): string {
  const [a, b] = [`a.${quoteIdentifier(column)}`, `b.${quoteIdentifier(column)}`];
  return `(${a} IS ${b} AND ${a} COLLATE BINARY IS ${b} AND typeof(${a}) = typeof(${b}))`;
}
