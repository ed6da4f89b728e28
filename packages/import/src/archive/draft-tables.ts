import type { Redact } from '@varve/core';
import type { ArchiveDraft } from '@varve/core/internal';
import { quoteIdentifier } from '@varve/migrations/internal';
import { intermediateResults, messages, modelCalls, outputs, sources, toolCalls } from '@varve/schema';
import { getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { redactValues } from './redact-values.ts';
import { RowInserter } from './row-inserter.ts';

type Values = Record<string, unknown>;

const timeline = [messages, modelCalls, toolCalls, intermediateResults, outputs];

/** The tables of an archive in the making. Without a draft nothing is written. */
export class DraftTables {
  readonly #draft: ArchiveDraft | undefined;
  readonly #redact: Redact | undefined;
  readonly #inserters = new Map<SQLiteTable, RowInserter>();

  constructor(draft: ArchiveDraft | undefined, redact: Redact | undefined) {
    this.#draft = draft;
    this.#redact = redact;
  }

  insert(table: SQLiteTable, row: Values): void {
    this.#inserter(table)?.insert(this.#redacted(table, row));
  }

  update(table: SQLiteTable, seq: number, values: Values): void {
    this.#inserter(table)?.update(seq, this.#redacted(table, values));
  }

  /** Where a log lies, and how far it was read, is for the next import. */
  #redacted(table: SQLiteTable, values: Values): Values {
    return this.#redact && table !== sources ? redactValues(this.#redact, table, values) : values;
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
