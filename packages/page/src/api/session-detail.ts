export type StepKind = 'message' | 'model' | 'tool' | 'decision' | 'result' | 'output' | 'row';

/** How a step ended, whatever words its table has for it. */
export type StepState = 'ok' | 'failed' | 'running' | 'stopped' | 'none';

/** A row on a session's timeline, with as much of it as a line shows. */
export interface Step {
  /** `table:key`: names the row in URLs. */
  readonly id: string;
  readonly kind: StepKind;
  readonly label: string;
  /** The beginning of what it holds. */
  readonly preview: string;
  /** Of all its texts. */
  readonly sizeBytes: number;
  readonly state: StepState;
  /** The row's own word for its state. */
  readonly status: string | null;
  readonly error: string | null;
  readonly startedAtMs: number | null;
  readonly durationMs: number | null;
  readonly attempt: number | null;
  readonly tokens: number | null;
  readonly costUsd: number | null;
  /** The step that it belongs to, by id: a tool call's model call, a result's tool call. */
  readonly parent: string | null;
  /** The provider's id of a tool call. */
  readonly callId: string | null;
}

export interface SessionDetail {
  readonly key: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly sealing: 'sealed' | 'unsealed' | 'live';
  /** The session's row, by column. */
  readonly session: RowValues | null;
  readonly sessionId: string | null;
  readonly steps: readonly Step[];
  readonly hasMessages: boolean;
  /** The tables at head, with how many rows each has here. */
  readonly tables: readonly {
    readonly name: string;
    readonly rows: number;
    readonly isTimeline: boolean;
    readonly strategy: string | null;
  }[];
  /** By `table.column`, where SQLite's value stands for another; null where no lineage tells. */
  readonly encodedColumns: Readonly<Record<string, 'json' | 'boolean'>> | null;
  readonly origin: Origin;
  readonly children: readonly ChildSession[];
  /** The session that started this one. */
  readonly parentKey: string | null;
  /** More sessions in the same file. */
  readonly siblings: readonly { readonly key: string; readonly sessionId: string }[];
}

/** Which version wrote a file, and how it is read at head. */
export interface Origin {
  readonly version: number | null;
  /** Before the file was first upgraded. */
  readonly originalVersion: number | null;
  readonly head: number | null;
  readonly migration: string | null;
  readonly pending: readonly string[];
  readonly strategy: 'identity' | 'lens' | 'replayed' | 'view';
  readonly why: string | null;
}

export interface ChildSession {
  readonly key: string;
  readonly sessionId: string;
  readonly agentName: string | null;
  readonly title: string | null;
  readonly status: string | null;
  readonly startedAtMs: number | null;
  readonly durationMs: number | null;
  readonly steps: number | null;
  readonly failures: number | null;
  /** The step that started it, where the child says so. */
  readonly parentStep: string | null;
}

/** A cell as JSON carries it: integers beyond 2^53 are texts. */
export type Cell = string | number | null | BlobCell;

/** Bytes, to be fetched by themselves, or, in a page of its own, as base64. */
export interface BlobCell {
  readonly blob: { readonly sizeBytes: number; readonly type: string; readonly base64?: string };
}

export type RowValues = Readonly<Record<string, Cell>>;

export interface RowDetail {
  /** As in `Step`. */
  readonly id: string;
  readonly table: string;
  readonly values: RowValues;
}

/** A row as it stands in the file, and as today's schema has it. */
export interface LensDifference {
  readonly table: string;
  /** The file's own table; null where the row comes from none or several. */
  readonly sourceTable: string | null;
  readonly before: RowValues | null;
  readonly after: RowValues;
  readonly strategy: string;
  readonly why: string | null;
  /** The SELECT that makes the table of today, where there is one. */
  readonly sql: string | null;
  /** The pending migrations whose text names the table. */
  readonly migrations: readonly { readonly name: string; readonly sql: string }[];
}

export interface Message {
  readonly id: string;
  readonly role: string;
  readonly startedAtMs: number | null;
  /** The parts as JSON; cut off, and no JSON any more, where `isCut`. */
  readonly parts: string;
  readonly isCut: boolean;
}

export interface TablePage {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly total: number;
}
