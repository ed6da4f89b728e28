import { join } from 'node:path';
import { serialize } from 'node:v8';
import { type FamilyFile, identityOf } from './family-file.ts';
import { type SavedLog, type SavedSession, stampOfArchive } from './family-state.ts';
import type { LogMapper, LogPlace } from './format/index.ts';
import type { FinishedSession, OpenSession } from './open-session.ts';

/** A log of more records or sessions is read whole when it has grown: what there is to keep would take too much memory. */
const mostKeys = 400_000;

/** What a log's mapper and the writers of its sessions keep in mind before they know that no more records come. */
export class LogSnapshot {
  readonly #mapper: Uint8Array | undefined;
  readonly #sessions: ReadonlyMap<string, Pick<SavedSession, 'rows' | 'writer'>>;

  /** @param sessions What the log has told of, once its mapper has been asked what to save. */
  constructor(mapper: LogMapper, sessions: () => readonly (OpenSession | FinishedSession)[]) {
    const saved = mapper.save?.();
    const told = saved === undefined ? [] : sessions();
    const keys = told.reduce((sum, it) => sum + 1 + ('writer' in it ? it.writer.keyCount : 0), 0);
    this.#mapper = saved === undefined || keys > mostKeys ? undefined : serialize(saved);
    this.#sessions = new Map(this.#mapper ? told.map((it) => [it.name, savedSession(it)]) : []);
  }

  log(file: FamilyFile, place: LogPlace | undefined): SavedLog | undefined {
    if (!this.#mapper || !place) return undefined;
    return { ...place, mtimeMs: file.mtimeMs, identity: identityOf(file), mapper: this.#mapper };
  }

  sessions(file: FamilyFile, into: string): readonly (readonly [string, SavedSession | undefined])[] {
    return [...this.#sessions].map(([name, saved]) => {
      const stamp = stampOfArchive(join(into, `${name}.db`));
      return [name, stamp ? { ...saved, stamp, log: file.path } : undefined] as const;
    });
  }
}

function savedSession(session: OpenSession | FinishedSession): Pick<SavedSession, 'rows' | 'writer'> {
  if (!('writer' in session)) return { rows: session.rows, writer: undefined };
  const { rows, writer } = session.writer.save();
  return { rows, writer };
}
