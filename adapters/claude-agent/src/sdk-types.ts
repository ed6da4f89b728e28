/**
 * The shapes of the Claude Agent SDK that are met here, as its documentation has them. The SDK itself is not loaded, nor are
 * its types: its licence is not an open one.
 */

/** One transcript: the main one of a session, or, by `subpath`, one beside it. */
export interface SessionKey {
  readonly projectKey: string;
  readonly sessionId: string;
  readonly subpath?: string;
}

/** A line of a transcript: JSON. */
export type SessionStoreEntry = {
  readonly type: string;
  readonly uuid?: string;
  readonly timestamp?: string;
};

export interface ListedSession {
  readonly sessionId: string;
  /** Unix time in milliseconds. */
  readonly mtime: number;
}

export type HookCallback = (input: unknown, toolUseId?: string) => Promise<Record<string, never>>;

export type SessionHooks = Record<
  'PreToolUse' | 'PostToolUse' | 'PostToolUseFailure' | 'PermissionDenied',
  { hooks: HookCallback[] }[]
>;
