import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { SavedWriter } from './archive/index.ts';
import type { FamilyFile } from './family-file.ts';
import { type FamilyState, type SavedLog, type SavedSession, stampOfArchive } from './family-state.ts';
import type { LogMapper, LogPlace } from './format/index.ts';
import type { OpenSession } from './session-archives.ts';

/** What an earlier import of a family left to go on from, where its logs have only grown and its archives are as they were. */
export class Continuation {
  readonly state: FamilyState;

  private constructor(state: FamilyState) {
    this.state = state;
  }

  static of(
    state: FamilyState | undefined,
    { files, into, version }: { files: readonly FamilyFile[]; into: string; version: string },
  ): Continuation | undefined {
    if (state?.importerVersion !== version) return undefined;
    const known = files.filter(({ path }) => state.logs.has(path));
    const isSameOrder = [...state.logs.keys()].join('\n') === known.map(({ path }) => path).join('\n');
    const isGrown = known.every((file) => isSameOrLonger(file, state.logs.get(file.path)));
    const isKept = [...state.sessions].every(
      ([name, { stamp }]) => stampOfArchive(join(into, `${name}.db`)) === stamp,
    );
    return known.length > 0 && isSameOrder && isGrown && isKept ? new Continuation(state) : undefined;
  }

  /** Whether there is nothing new in it. */
  isKnown({ path, sizeBytes, mtimeMs }: FamilyFile): boolean {
    const log = this.state.logs.get(path);
    return log?.sizeBytes === sizeBytes && log.mtimeMs === mtimeMs;
  }

  logOf({ path }: FamilyFile): SavedLog | undefined {
    return this.state.logs.get(path);
  }

  mapperOf(file: FamilyFile): unknown {
    const log = this.logOf(file);
    return log && deserialize(log.mapper);
  }

  writerOf(name: string): SavedWriter | undefined {
    const writer = this.state.sessions.get(name)?.writer;
    return writer && (deserialize(writer) as SavedWriter);
  }

  /** Whether all was told of the session before. */
  isClosed(name: string): boolean {
    const session = this.state.sessions.get(name);
    return session !== undefined && session.writer === undefined;
  }

  namesOf(file: FamilyFile): readonly string[] {
    return this.sessionsOf(file).map(([name]) => name);
  }

  sessionsOf({ path }: FamilyFile): readonly (readonly [name: string, session: SavedSession])[] {
    return [...this.state.sessions].filter(([, { log }]) => log === path);
  }
}

function isSameOrLonger(file: FamilyFile, log: SavedLog | undefined): boolean {
  return log !== undefined && file.sizeBytes >= log.sizeBytes && identityOf(file) === log.identity;
}

function identityOf({ identity, beside }: FamilyFile): string {
  return JSON.stringify([identity, beside]);
}

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
