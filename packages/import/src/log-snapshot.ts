import { join } from 'node:path';
import { serialize } from 'node:v8';
import { type FamilyFile, identityOf } from './family-file.ts';
import { type SavedLog, type SavedSession, stampOfArchive } from './family-state.ts';
import type { LogMapper, LogPlace } from './format/index.ts';
import type { OpenSession } from './session-archives.ts';

/** A log of more records or sessions is read whole when it has grown: what there is to keep would take too much memory. */
const mostKeys = 400_000;

/** What a log's mapper and the writers of its sessions keep in mind before they know that no more records come. */
export class LogSnapshot {
  readonly #mapper: Uint8Array | undefined;
  readonly #sessions: ReadonlyMap<string, Pick<SavedSession, 'rows' | 'writer'>>;

  /** @param sessions What the log has told of, once its mapper has been asked what to save. */
  constructor(mapper: LogMapper, sessions: () => readonly OpenSession[]) {
    const saved = mapper.save?.();
    const told = saved === undefined ? [] : sessions();
    const keys = told.reduce((sum, { writer }) => sum + 1 + writer.keyCount, 0);
    this.#mapper = saved === undefined || keys > mostKeys ? undefined : serialize(saved);
    this.#sessions = new Map(this.#mapper ? told.map((it) => [it.writer.id, savedSession(it)]) : []);
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

function savedSession({ writer, isClosed }: OpenSession): Pick<SavedSession, 'rows' | 'writer'> {
  if (isClosed) return { rows: writer.rows, writer: undefined };
  const saved = writer.save();
  return { rows: saved.rows, writer: serialize(saved) };
}
