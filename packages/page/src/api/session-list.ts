/** One line of the table of sessions. What a file holds is null until it was read, and where its tables do not say. */
export interface SessionRow {
  /** Names the session in URLs: the same as long as the file keeps its path. */
  readonly key: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  readonly sealing: 'sealed' | 'unsealed' | 'live';
  /** How many migrations the file has had. */
  readonly version: number | null;
  /** Why the file cannot be read: a code of docs/errors.md. */
  readonly code: string | null;
  readonly isRead: boolean;
  readonly sessionId: string | null;
  readonly parentSessionId: string | null;
  readonly title: string | null;
  readonly agentName: string | null;
  readonly agentVersion: string | null;
  readonly model: string | null;
  readonly status: string | null;
  readonly startedAtMs: number | null;
  readonly durationMs: number | null;
  readonly steps: number | null;
  readonly failures: number | null;
  readonly tokens: number | null;
  readonly costUsd: number | null;
  /** Where words that were searched for stand. */
  readonly snippet?: Snippet;
}

/** A found word, and what stands around it. */
export interface Snippet {
  readonly before: string;
  readonly hit: string;
  readonly after: string;
}

export interface SessionPage {
  /** How many sessions match, of which `rows` are some. */
  readonly total: number;
  /** Changes whenever an answer may. */
  readonly generation: number;
  readonly rows: readonly SessionRow[];
  readonly search?: SearchProgress;
}

/** How far texts can be searched by now. */
export interface SearchProgress {
  readonly read: number;
  readonly total: number;
}

/** How far the files are read, as `/api/events` tells it whenever it changes. */
export interface CatalogState {
  readonly generation: number;
  readonly files: number;
  readonly read: number;
  readonly sessions: number;
  readonly live: number;
  readonly search: SearchProgress | null;
}

/** What the sessions can be narrowed to, the most frequent first. */
export interface Facets {
  readonly agents: readonly Facet[];
  readonly models: readonly Facet[];
  readonly statuses: readonly Facet[];
  readonly versions: readonly Facet[];
}

export interface Facet {
  readonly value: string;
  readonly count: number;
}

/** What the page is about, asked for once. */
export interface PageInfo {
  readonly source: 'archives' | 'view';
  readonly where: readonly string[];
  /** Null for a view whose lineage is not known. */
  readonly lineage: { readonly name: string; readonly migrations: readonly string[] } | null;
  readonly tables: readonly { readonly name: string; readonly columns: readonly string[] }[];
}
