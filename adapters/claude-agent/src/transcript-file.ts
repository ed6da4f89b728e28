import type { Session } from '@varve/core';
import {
  foldTexts,
  type TranscriptFacts,
  type TranscriptMessage,
  type TranscriptModelCall,
  type TranscriptResult,
  type TranscriptRow,
  type TranscriptToolCall,
  type TranscriptWriter,
} from '@varve/core/internal';
import { type JsonValue, type MessagePart, toJson, VarveError } from '@varve/schema';
import { eq } from 'drizzle-orm';
import type { SessionStoreEntry } from './sdk-types.ts';
import type { StandardTables } from './standard-tables.ts';
import type { ToolFact, ToolFacts } from './tool-facts.ts';

type Values = Readonly<Record<string, unknown>>;
type TableName = Exclude<keyof StandardTables, 'sessions'>;

/** What a row is of: the entry in hand, and whether its file keeps it whole. */
export interface Hand {
  entry: SessionStoreEntry | undefined;
  isKept: boolean;
  /** Entries are in the file already, and only what the mapper has in mind of them is made anew. */
  isReplay: boolean;
}

const jsonKeys = ['parts', 'metadata', 'arguments', 'result', 'value', 'finishReasons', 'requestOptions'];

/** The live session of one transcript. */
export class TranscriptFile implements TranscriptWriter {
  readonly id: string;
  readonly session: Session<StandardTables>;
  /** Where entries are kept whole, for the SDK to have them back. */
  readonly isMain: boolean;
  readonly #tables: StandardTables;
  readonly #hand: Hand;
  readonly #tools: ToolFacts;
  readonly #facts: Record<string, unknown> = {};
  readonly #metadata: Record<string, unknown> = {};
  readonly #keys = new Set<string>();
  readonly #toolRows = new Map<string, number>();
  readonly #toolIds = new Map<number, string>();
  /** The rows that are in the file, which a replay meets again. */
  readonly #rows = new Map<TableName, number[]>();
  #written = '{}';
  #memory: unknown;

  constructor(parts: {
    readonly id: string;
    readonly session: Session<StandardTables>;
    readonly isMain: boolean;
    readonly tables: StandardTables;
    readonly hand: Hand;
    readonly tools: ToolFacts;
  }) {
    this.id = parts.id;
    this.session = parts.session;
    this.isMain = parts.isMain;
    this.#tables = parts.tables;
    this.#hand = parts.hand;
    this.#tools = parts.tools;
    if (this.#hand.isReplay) for (const name of timelineNames) this.#rows.set(name, this.#seqsOf(name));
  }

  describe({ metadata, ...facts }: TranscriptFacts): void {
    Object.assign(this.#facts, facts);
    Object.assign(this.#metadata, metadata);
  }

  fact(name: keyof TranscriptFacts): unknown {
    return name === 'metadata' ? this.#metadata : this.#facts[name];
  }

  touch(atMs: number): void {
    const first = this.#facts.startedAtMs as number | undefined;
    if (first === undefined || atMs < first) this.#facts.startedAtMs = atMs;
  }

  claim(key: string): boolean {
    if (this.#keys.has(key)) return false;
    this.#keys.add(key);
    return true;
  }

  knows(key: string): boolean {
    return this.#keys.has(key);
  }

  recall<T>(make: () => T): T {
    this.#memory ??= make();
    return this.#memory as T;
  }

  message(row: TranscriptMessage): number {
    this.touch(row.createdAtMs);
    const values = unpacked(row);
    if (!this.isMain) return this.#record('messages', values);
    this.#hand.isKept = true;
    const entry = foldTexts(toJson(this.#hand.entry), values.parts as MessagePart[]);
    return this.#record('messages', { ...values, metadata: { ...(values.metadata as object), entry } });
  }

  result(row: TranscriptResult): number {
    if (this.isMain) this.#hand.isKept = true;
    return this.#record('intermediateResults', unpacked(row));
  }

  /** An entry that is no row of this file is kept whole. */
  keep(kind: string, atMs: number): void {
    const value = toJson(this.#hand.entry);
    this.#record('intermediateResults', { kind, name: kind, value, createdAtMs: atMs });
  }

  modelCall(row: TranscriptModelCall): TranscriptRow {
    return { seq: this.#record('modelCalls', unpacked(row)) };
  }

  toolCall(row: TranscriptToolCall): TranscriptRow {
    const seq = this.#record('toolCalls', unpacked(row));
    if (typeof row.toolCallId === 'string') {
      this.#toolRows.set(row.toolCallId, seq);
      this.#toolIds.set(seq, row.toolCallId);
    }
    return { seq };
  }

  changeModelCall({ seq }: TranscriptRow, values: Partial<TranscriptModelCall>): void {
    this.#change('modelCalls', seq, unpacked(values));
  }

  changeToolCall({ seq }: TranscriptRow, values: Partial<TranscriptToolCall>): void {
    const id = this.#toolIds.get(seq);
    const fact = id === undefined ? undefined : this.#tools.take(id);
    this.#change('toolCalls', seq, { ...unpacked(values), ...fact });
  }

  settle(): void {}

  /** False where the call is not on this timeline, or has not ended here yet. */
  applyFact(toolUseId: string, fact: ToolFact): boolean {
    const seq = this.#toolRows.get(toolUseId);
    if (seq === undefined) return false;
    const { toolCalls } = this.#tables;
    const row = this.session.db.select().from(toolCalls).where(eq(toolCalls.seq, seq)).get();
    if (row?.result === null || row === undefined) return false;
    this.#change('toolCalls', seq, { ...fact });
    return true;
  }

  /** Brings the session's own row to what is known of it. */
  flush(): void {
    const facts = {
      ...this.#facts,
      ...(Object.keys(this.#metadata).length > 0 && { metadata: this.#metadata }),
    };
    const { status: _status, endedAtMs: _endedAtMs, ...values } = facts as Values;
    const written = JSON.stringify(values);
    if (written === this.#written || this.#hand.isReplay) return;
    this.#written = written;
    const { sessions } = this.#tables;
    this.session.db.update(sessions).set(values).where(eq(sessions.id, this.id)).run();
  }

  #record(name: TableName, values: Values): number {
    if (this.#hand.isReplay) return this.#rows.get(name)?.shift() ?? 0;
    const table = this.#tables[name];
    try {
      return this.session.record(table as never, values as never) as number;
    } catch (error) {
      if (!(error instanceof VarveError) || error.code !== 'ROW_INVALID') throw error;
      const seq = this.session.tryRecord(table as never, values as never) as number | undefined;
      if (seq === undefined) throw error;
      return seq;
    }
  }

  #change(name: 'modelCalls' | 'toolCalls', seq: number, values: Values): void {
    if (this.#hand.isReplay) return;
    const table = this.#tables[name];
    this.session.db
      .update(table)
      .set(values as never)
      .where(eq(table.seq, seq))
      .run();
  }

  #seqsOf(name: TableName): number[] {
    const table = this.#tables[name];
    const rows = this.session.db.select({ seq: table.seq }).from(table).orderBy(table.seq).all();
    return rows.map(({ seq }) => seq);
  }
}

const timelineNames = ['messages', 'intermediateResults', 'modelCalls', 'toolCalls'] as const;

/** The mapper gives JSON as text, which the recorder checks as a value. */
function unpacked(row: object): Values {
  const entries = Object.entries(row).map(([key, value]): [string, unknown] => {
    const isText = typeof value === 'string' || Buffer.isBuffer(value);
    return [key, isText && jsonKeys.includes(key) ? (JSON.parse(String(value)) as JsonValue) : value];
  });
  return Object.fromEntries(entries);
}
