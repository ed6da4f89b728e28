import { join } from 'node:path';
import { deserialize } from 'node:v8';
import type { SavedWriter } from './archive/index.ts';
import { type FamilyFile, identityOf } from './family-file.ts';
import { type FamilyState, type SavedLog, type SavedSession, stampOfArchive } from './family-state.ts';
import { NotContinuable } from './shared-family.ts';

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

  /** @throws NotContinuable for a session of which another log has told. */
  writerOf(name: string, { path }: FamilyFile): SavedWriter | undefined {
    const { writer, log } = this.state.sessions.get(name) ?? {};
    if (log !== undefined && log !== path) throw new NotContinuable();
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
