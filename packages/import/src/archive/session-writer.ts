import { deserialize, serialize } from 'node:v8';
import type { Redact } from '@varve/core';
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
import { type SavedMind, SessionMind } from './session-mind.ts';
import type { Shelf } from './shelf.ts';

type Values = Record<string, unknown>;

export interface SavedWriter extends SavedMind {
  readonly rows: number;
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
  /** Undefined while it lies on a shelf. */
  #mindNow: SessionMind | undefined;
  #shelf: Shelf | undefined;
  #shelvedKeys = 0;

  /** @param saved What the writer of the archive from which the draft is made has saved. */
  constructor(id: string, draft: ArchiveDraft | undefined, saved?: SavedWriter, redact?: Redact) {
    this.id = id;
    this.#tables = new DraftTables(draft, redact);
    this.#mindNow = new SessionMind(saved);
    this.rows = saved?.rows ?? 0;
    if (saved) this.#tables.forgetEnd(saved.seq);
  }

  get #mind(): SessionMind {
    this.#mindNow ??= new SessionMind(this.#shelf && (deserialize(this.#shelf.get(this.id)) as SavedWriter));
    return this.#mindNow;
  }

  /** How many records it has met that have keys. */
  get keyCount(): number {
    return this.#mindNow?.keys.size ?? this.#shelvedKeys;
  }

  /** What another writer needs to go on, once this one has finished: a `SavedWriter`, serialised. */
  save(): { readonly rows: number; readonly writer: Uint8Array } {
    const rows = this.rows + this.#held.size;
    if (this.#shelf && !this.#mindNow) return { rows, writer: this.#shelf.get(this.id) };
    return { rows, writer: serialize({ ...this.#mind.save(), rows } satisfies SavedWriter) };
  }

  /** Facts that are told again replace those before. */
  describe(facts: SessionFacts): void {
    this.#mind.facts.add(facts);
  }

  /** What was said of the session so far. */
  fact(name: keyof SessionFacts): unknown {
    return this.#mind.facts.get(name);
  }

  parents(): ParentFacts {
    return this.#mind.facts.parents();
  }

  /** Widens the session's time to a moment in the log. */
  touch(atMs: number): void {
    this.#mind.facts.touch(atMs);
  }

  /** False for a record that was read before, in this log or in another of the session. */
  claim(key: string): boolean {
    return this.#mind.keys.add(key);
  }

  knows(key: string): boolean {
    return this.#mind.keys.has(key);
  }

  /** What the format keeps in mind of the session, also from one of its logs to the next; where it can be saved, only until the session is shelved. */
  recall<T>(make: (saved?: unknown) => T): T {
    return this.#mind.recall(make);
  }

  /** Closes the file until the next row. */
  park(): void {
    this.#tables.park();
  }

  /** Leaves what it has in mind elsewhere until the session is spoken of again, and closes the file. */
  shelve(shelf: Shelf): void {
    this.#held.settleAll();
    this.park();
    if (!this.#mindNow?.isSavable) return;
    this.#shelvedKeys = this.keyCount;
    shelf.put(this.id, this.save().writer);
    this.#shelf = shelf;
    this.#mindNow = undefined;
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
    return this.#held.hold(modelCalls, ++this.#mind.seq, row as Values);
  }

  toolCall(row: ToolCallRow): HeldRow {
    return this.#held.hold(toolCalls, ++this.#mind.seq, row as Values);
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
    if (!this.#mind.sourceSeqs.has(path)) this.#mind.sourceSeqs.set(path, ++this.#mind.seq);
  }

  /** Writes what is still held, the sources and the session's own row. */
  finish(sourceRows: readonly SourceRow[]): void {
    this.#held.settleAll();
    for (const row of sourceRows)
      this.#insertAt(sources, this.#mind.sourceSeqs.get(row.path) ?? ++this.#mind.seq, { ...row });
    this.#tables.insert(sessions, this.#mind.facts.row(this.id));
  }

  #insert(table: SQLiteTable, row: Values): number {
    const seq = ++this.#mind.seq;
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
