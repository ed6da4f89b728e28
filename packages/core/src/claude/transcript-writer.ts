import type { messages, modelCalls, sessions, toolCalls } from '@varve/schema';

/** JSON that is text already, as a string or in UTF-8. */
type JsonText = string | Buffer;

type JsonColumns = 'arguments' | 'result' | 'metadata' | 'finishReasons' | 'requestOptions';

/** A row whose JSON columns are text; `seq` and `sessionId` are the writer's. */
type Row<TInsert> = {
  [K in Exclude<keyof TInsert, 'seq' | 'sessionId' | JsonColumns>]?: TInsert[K];
} & { [K in Extract<keyof TInsert, JsonColumns>]?: JsonText | null };

export type TranscriptToolCall = Row<typeof toolCalls.$inferInsert> & {
  toolName: string;
  status: NonNullable<(typeof toolCalls.$inferInsert)['status']>;
  startedAtMs: number;
};

export type TranscriptModelCall = Row<typeof modelCalls.$inferInsert> & {
  status: NonNullable<(typeof modelCalls.$inferInsert)['status']>;
  startedAtMs: number;
};

export interface TranscriptMessage {
  readonly role: (typeof messages.$inferInsert)['role'];
  readonly parts: JsonText;
  readonly createdAtMs: number;
  readonly modelCallSeq?: number | null;
  readonly messageId?: string | null;
  readonly metadata?: JsonText | null;
}

export interface TranscriptResult {
  readonly kind: string;
  readonly name: string;
  readonly value: JsonText | null;
  readonly createdAtMs: number;
}

/** What is told of the session as a whole; `metadata` is merged key by key. */
export type TranscriptFacts = Partial<Omit<typeof sessions.$inferInsert, 'id' | 'metadata'>> & {
  readonly metadata?: Readonly<Record<string, unknown>>;
};

/** A row that may still change. */
export interface TranscriptRow {
  readonly seq: number;
}

/** Where a mapper puts what the records of one session are: an archive that is imported, or a session that goes on. */
export interface TranscriptWriter {
  readonly id: string;
  /** Facts that are told again replace those before. */
  describe(facts: TranscriptFacts): void;
  /** What was said of the session so far. */
  fact(name: keyof TranscriptFacts): unknown;
  /** Widens the session's time to a moment. */
  touch(atMs: number): void;
  /** False for a record that was met before. */
  claim(key: string): boolean;
  knows(key: string): boolean;
  /** What the mapper keeps in mind of the session. */
  recall<T>(make: () => T): T;
  message(row: TranscriptMessage): number;
  result(row: TranscriptResult): number;
  modelCall(row: TranscriptModelCall): TranscriptRow;
  toolCall(row: TranscriptToolCall): TranscriptRow;
  changeModelCall(row: TranscriptRow, values: Partial<TranscriptModelCall>): void;
  changeToolCall(row: TranscriptRow, values: Partial<TranscriptToolCall>): void;
  /** It changes no more. */
  settle(row: TranscriptRow): void;
}

/** What is read together with one transcript. */
export interface TranscriptContext {
  /** Where records do not tell their time. */
  readonly mtimeMs: number;
  /** Of the first record that tells its time. */
  readonly firstMs?: number | undefined;
  readonly family: {
    /** Sub-agents by the id that the parent's records give them. */
    readonly starts: {
      get(agent: string): StartedTranscript | undefined;
      set(agent: string, start: StartedTranscript): void;
    };
    /** The session in which a record was met first: this one, unless it was another. */
    owner(key: string, sessionId: string): string;
  };
  session(id: string): TranscriptWriter;
}

export interface StartedTranscript {
  readonly parentSessionId: string;
  readonly parentCallSeq: number;
  readonly parentToolCallId: string | null;
}

/** A record, and the text that it was parsed from where there is one. */
export interface TranscriptRecord {
  readonly value: unknown;
  readonly bytes?: Buffer;
}
