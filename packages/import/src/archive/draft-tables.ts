import type { ArchiveDraft } from '@varve/core/internal';
import { quoteIdentifier } from '@varve/migrations/internal';
import { intermediateResults, messages, modelCalls, outputs, toolCalls } from '@varve/schema';
import { getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { RowInserter } from './row-inserter.ts';

type Values = Record<string, unknown>;

const timeline = [messages, modelCalls, toolCalls, intermediateResults, outputs];

/** The tables of an archive in the making. Without a draft nothing is written. */
export class DraftTables {
  readonly #draft: ArchiveDraft | undefined;
  readonly #inserters = new Map<SQLiteTable, RowInserter>();

  constructor(draft: ArchiveDraft | undefined) {
    this.#draft = draft;
  }

  insert(table: SQLiteTable, row: Values): void {
    this.#inserter(table)?.insert(row);
  }

  update(table: SQLiteTable, seq: number, values: Values): void {
    this.#inserter(table)?.update(seq, values);
  }

  /** Closes the file until the next row. */
  park(): void {
    this.#inserters.clear();
    this.#draft?.park();
  }

  /** The archive that the draft is a copy of has been told that no more records come. */
  forgetEnd(seq: number): void {
    const sqlite = this.#draft?.sqlite;
    sqlite?.exec('DELETE FROM sources; DELETE FROM sessions');
    for (const table of timeline)
      sqlite?.prepare(`DELETE FROM ${quoteIdentifier(getTableName(table))} WHERE seq > ?`).run(seq);
  }

  #inserter(table: SQLiteTable): RowInserter | undefined {
    if (!this.#draft) return undefined;
    const known = this.#inserters.get(table);
    if (known) return known;
    const inserter = new RowInserter(this.#draft.sqlite, table);
    this.#inserters.set(table, inserter);
    return inserter;
  }
}
