/** What a manifest tells of an archive. */
export interface KnownFacts {
  readonly version: number | null;
  readonly sessionId: string | null;
  readonly agent: string | null;
  readonly startedAtMs: number | null;
  /** Why it could not be read. */
  readonly code: string | null;
}

export interface FoundFile {
  /** Absolute, or `s3://bucket/key`. */
  readonly path: string;
  /** Below the folder, or the fixed part of the glob, that it was found by; its name when it was named. With `/`. */
  readonly relativePath: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  /** Which of `sidecarSuffixes` lie beside it. */
  readonly sidecars: readonly string[];
  /** True when it was asked for by its own name. */
  readonly isNamed: boolean;
  /** Of an object in a store. */
  readonly etag?: string;
  /** Of an object in a store, where its bytes lie on this machine while it is worked on. */
  readonly localPath?: string;
  /** Of what a manifest lists. */
  readonly known?: KnownFacts;
}
