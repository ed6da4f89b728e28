import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { SavedWriter, SessionWriter } from './archive/index.ts';
import type { FamilyFile } from './family-file.ts';
import { type FamilyState, type SavedLog, type SavedSession, stampOfArchive } from './family-state.ts';
import type { LogMapper, LogPlace } from './format/index.ts';

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
    const session = this.state.sessions.get(name);
    return session && (deserialize(session.writer) as SavedWriter);
  }

  sessionsOf({ path }: FamilyFile): readonly (readonly [name: string, session: SavedSession])[] {
    return [...this.state.sessions].filter(([, { log }]) => log === path);
  }
}

function isSameOrLonger({ sizeBytes, identity }: FamilyFile, log: SavedLog | undefined): boolean {
  return log !== undefined && sizeBytes >= log.sizeBytes && JSON.stringify(identity) === log.identity;
}

/** A log of more records, gigabytes long, is read whole when it has grown: what there is to keep would take too much memory. */
const mostKeys = 400_000;

/** What a log's mapper and the writers of its sessions keep in mind before they know that no more records come. */
export class LogSnapshot {
  readonly #mapper: Uint8Array | undefined;
  readonly #writers: ReadonlyMap<string, { readonly writer: Uint8Array; readonly rows: number }>;

  constructor(mapper: LogMapper, writers: readonly SessionWriter[]) {
    const isSmall = writers.every(({ keyCount }) => keyCount <= mostKeys);
    const saved = isSmall ? mapper.save?.() : undefined;
    this.#mapper = saved === undefined ? undefined : serialize(saved);
    const entries = this.#mapper ? writers.map((it) => [it.id, savedWriter(it)] as const) : [];
    this.#writers = new Map(entries);
  }

  log(file: FamilyFile, place: LogPlace | undefined): SavedLog | undefined {
    if (!this.#mapper || !place) return undefined;
    const { mtimeMs, identity } = file;
    return { ...place, mtimeMs, identity: JSON.stringify(identity), mapper: this.#mapper };
  }

  sessions(file: FamilyFile, into: string): readonly (readonly [string, SavedSession | undefined])[] {
    return [...this.#writers].map(([name, saved]) => {
      const stamp = stampOfArchive(join(into, `${name}.db`));
      const session = stamp && { ...saved, stamp, log: file.path, format: file.format.name };
      return [name, session || undefined] as const;
    });
  }
}

function savedWriter(writer: SessionWriter) {
  const saved = writer.save();
  return { writer: serialize(saved), rows: saved.rows };
}
