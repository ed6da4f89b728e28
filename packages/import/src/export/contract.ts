import type { ExportedSession } from './read-session.ts';

/** One way to write sessions. A new one is a file beside this and a line in `export-sessions.ts`. */
export interface TrajectoryFormat {
  readonly name: string;
  /** The file that all sessions go to, a line each; without it, each session has a file of its own. */
  readonly file?: string;
  /** What a session's own file is called behind its id. */
  readonly suffix?: string;
  /** The session as JSON. */
  write(session: ExportedSession): unknown;
}
