import type { messageRoles, modelCalls, sessions, toolCalls } from '@varve/schema';

/** JSON that is text already, as a string or in UTF-8: it goes to the file as it is. */
export type JsonText = string | Buffer;

type Status = NonNullable<(typeof toolCalls.$inferInsert)['status']>;
type Role = (typeof messageRoles)[number];
type JsonColumns =
  | 'parts'
  | 'metadata'
  | 'arguments'
  | 'result'
  | 'value'
  | 'content'
  | 'finishReasons'
  | 'requestOptions';

/** A row to insert whose JSON columns are text; `seq` and `sessionId` are the writer's. */
type Row<TInsert> = {
  [K in Exclude<keyof TInsert, 'seq' | 'sessionId' | 'id' | JsonColumns>]?: TInsert[K];
} & { [K in Extract<keyof TInsert, JsonColumns>]?: JsonText | null };

export interface MessageRow {
  readonly role: Role;
  readonly parts: JsonText;
  readonly createdAtMs: number;
  readonly modelCallSeq?: number | null;
  readonly messageId?: string | null;
  readonly metadata?: JsonText | null;
}

export type ModelCallRow = Row<typeof modelCalls.$inferInsert> & { status: Status; startedAtMs: number };
export type ToolCallRow = Row<typeof toolCalls.$inferInsert> & {
  toolName: string;
  status: Status;
  startedAtMs: number;
};

export interface ResultRow {
  readonly kind: string;
  readonly name: string;
  readonly value: JsonText | null;
  readonly createdAtMs: number;
  readonly toolCallSeq?: number | null;
}

export interface OutputRow {
  readonly kind: string;
  readonly content: JsonText;
  readonly isFinal: boolean;
  readonly createdAtMs: number;
}

export interface SourceRow {
  readonly format: string;
  readonly path: string;
  readonly hash: string;
  readonly sizeBytes: number;
  readonly lastRecordKey: string | null;
  readonly importerVersion: string;
}

/** What a log tells of the session as a whole; `metadata` is merged key by key. */
export type SessionFacts = Partial<Omit<typeof sessions.$inferInsert, 'id' | 'metadata'>> & {
  readonly metadata?: Readonly<Record<string, unknown>>;
};
