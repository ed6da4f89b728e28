import type { ArchiveDraft } from '@varve/core/internal';
import {
  intermediateResults,
  messages,
  modelCalls,
  outputs,
  sessions,
  sources,
  toolCalls,
} from '@varve/schema';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { DraftTables } from './draft-tables.ts';
import { type HeldRow, HeldRows } from './held-rows.ts';
import { KeySet, type SavedKeys } from './key-set.ts';
import type { ParentFacts } from './read-imported.ts';
import type {
  MessageRow,
  ModelCallRow,
  OutputRow,
  ResultRow,
  SessionFacts,
  SourceRow,
  ToolCallRow,
} from './rows.ts';
import { type SavedFacts, ToldFacts } from './told-facts.ts';

type Values = Record<string, unknown>;

export interface SavedWriter extends SavedFacts {
  readonly sourceSeqs: ReadonlyMap<string, number>;
  readonly keys: SavedKeys;
  readonly rows: number;
  readonly seq: number;
  /** What its format keeps in mind of it. */
  readonly memory?: unknown;
}

/** What a format keeps in mind; saved where it can be. */
export interface Memory {
  save?(): unknown;
  /** Nobody asks it any more. */
  close?(): void;
}

/**
 * One session that is being imported: its rows in the order of the log. Without a draft nothing is written, and rows are
 * only counted.
 */
export class SessionWriter {
  readonly id: string;
  rows = 0;
  readonly #tables: DraftTables;
  readonly #held = new HeldRows({
    insert: (table, seq, row) => this.#insertAt(table, seq, row),
    update: (table, seq, values) => this.#tables.update(table, seq, values),
  });
  readonly #facts: ToldFacts;
  readonly #sourceSeqs: Map<string, number>;
  readonly #keys: KeySet;
  readonly #savedMemory: unknown;
  #memory: unknown;
  #seq = 0;

  /** @param saved What the writer of the archive from which the draft is made has saved. */
  constructor(id: string, draft: ArchiveDraft | undefined, saved?: SavedWriter) {
    this.id = id;
    this.#tables = new DraftTables(draft);
    this.#facts = new ToldFacts(saved);
    this.#sourceSeqs = new Map(saved?.sourceSeqs);
    this.#keys = saved ? KeySet.restore(saved.keys) : new KeySet();
    this.#savedMemory = saved?.memory;
    this.rows = saved?.rows ?? 0;
    this.#seq = saved?.seq ?? 0;
    if (saved) this.#tables.forgetEnd(saved.seq);
  }

  /** How many records it has met that have keys. */
  get keyCount(): number {
    return this.#keys.size;
  }

  /** What another writer needs to go on, once this one has finished. */
  save(): SavedWriter {
    return {
      ...this.#facts.save(),
      sourceSeqs: this.#sourceSeqs,
      keys: this.#keys.save(),
      rows: this.rows + this.#held.size,
      seq: this.#seq,
      memory: (this.#memory as Memory | undefined)?.save?.(),
    };
  }

  /** Facts that are told again replace those before. */
  describe(facts: SessionFacts): void {
    this.#facts.add(facts);
  }

  /** What was said of the session so far. */
  fact(name: keyof SessionFacts): unknown {
    return this.#facts.get(name);
  }

  parents(): ParentFacts {
    return this.#facts.parents();
  }

  /** Widens the session's time to a moment in the log. */
  touch(atMs: number): void {
    this.#facts.touch(atMs);
  }

  /** False for a record that was read before, in this log or in another of the session. */
  claim(key: string): boolean {
    return this.#keys.add(key);
  }

  knows(key: string): boolean {
    return this.#keys.has(key);
  }

  /** What the format keeps in mind of the session, also from one of its logs to the next. */
  recall<T>(make: (saved?: unknown) => T): T {
    this.#memory ??= make(this.#savedMemory);
    return this.#memory as T;
  }

  /** Closes the file until the next row. */
  park(): void {
    this.#tables.park();
  }

  message(row: MessageRow): number {
    this.touch(row.createdAtMs);
    return this.#insert(messages, row as unknown as Values);
  }

  result(row: ResultRow): number {
    return this.#insert(intermediateResults, row as unknown as Values);
  }

  output(row: OutputRow): number {
    return this.#insert(outputs, row as unknown as Values);
  }

  modelCall(row: ModelCallRow): HeldRow {
    return this.#held.hold(modelCalls, ++this.#seq, row as Values);
  }

  toolCall(row: ToolCallRow): HeldRow {
    return this.#held.hold(toolCalls, ++this.#seq, row as Values);
  }

  changeModelCall(held: HeldRow, values: Partial<ModelCallRow>): void {
    this.#held.change(modelCalls, held, values);
  }

  changeToolCall(held: HeldRow, values: Partial<ToolCallRow>): void {
    this.#held.change(toolCalls, held, values);
  }

  /** The row of a held one as it is by now; undefined when it is in the file. */
  peek(held: HeldRow): Readonly<Values> | undefined {
    return this.#held.peek(held);
  }

  /** It changes no more. */
  settle(held: HeldRow): void {
    this.#held.settle(held);
  }

  /** A source has its place on the timeline from where its first record stands. */
  claimSource(path: string): void {
    if (!this.#sourceSeqs.has(path)) this.#sourceSeqs.set(path, ++this.#seq);
  }

  /** Writes what is still held, the sources and the session's own row. */
  finish(sourceRows: readonly SourceRow[]): void {
    this.#held.settleAll();
    for (const row of sourceRows)
      this.#insertAt(sources, this.#sourceSeqs.get(row.path) ?? ++this.#seq, { ...row });
    this.#tables.insert(sessions, this.#facts.row(this.id));
  }

  #insert(table: SQLiteTable, row: Values): number {
    const seq = ++this.#seq;
    this.#insertAt(table, seq, row);
    return seq;
  }

  #insertAt(table: SQLiteTable, seq: number, row: Values): void {
    this.rows++;
    row.seq = seq;
    row.sessionId = this.id;
    this.#tables.insert(table, row);
  }
}
