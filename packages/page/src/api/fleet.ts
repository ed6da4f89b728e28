export interface FleetLoss {
  readonly migration: string;
  readonly kind: string;
  readonly what: string;
}

export interface FleetVersion {
  readonly version: number;
  readonly migration: string | null;
  readonly count: number;
  readonly sizeBytes: number;
  /** How files of this version are read at head, table by table. */
  readonly strategies: Readonly<Record<string, number>>;
  /** Why such a file is replayed on a copy at each open. */
  readonly refusal: string | null;
  readonly losses: readonly FleetLoss[];
}

export interface FleetProblem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export interface Fleet {
  readonly total: number;
  readonly sizeBytes: number;
  readonly live: number;
  readonly head: number | null;
  readonly states: Readonly<Record<string, number>>;
  readonly versions: readonly FleetVersion[];
  readonly problems: readonly FleetProblem[];
  /** Of which some are listed. */
  readonly problemCount: number;
  /** By month of the last change, the oldest first. */
  readonly ages: readonly { readonly month: string; readonly count: number; readonly sizeBytes: number }[];
  /** What to run in a shell; the page itself writes nothing. */
  readonly command: string | null;
}

/** What `/api/fleet/rehearsal` sends, event by event. */
export type RehearsalEvent =
  | { readonly type: 'progress'; readonly done: number; readonly total: number }
  | {
      readonly type: 'report';
      readonly upgraded: number;
      readonly current: number;
      readonly failed: readonly FleetProblem[];
      readonly durationMs: number;
    }
  | { readonly type: 'error'; readonly code: string; readonly message: string; readonly hint: string };
