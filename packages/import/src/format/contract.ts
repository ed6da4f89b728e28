import type { HeldRow, SessionWriter } from '../archive/index.ts';
import type { LogSample } from '../log/index.ts';

/** One kind of log. A new one is a file beside this and a line in `formats.ts`. */
export interface LogFormat {
  readonly name: string;
  /** Whether a log is of this kind, by its structure. */
  recognise(sample: LogSample, options: FormatOptions): boolean;
  /** Whose log it is, as far as its beginning tells. */
  identify(sample: LogSample): LogIdentity;
  /** Its records have keys of their own, so that several logs of one session can be put together. */
  readonly isKeyed?: boolean;
  /** Its sessions have ids that no other has: what two logs tell by one id is one session. */
  readonly isUnique?: boolean;
  /** A log of many sessions, of which its beginning does not tell: such logs are read one after the other. */
  readonly isManifold?: boolean;
  /** Why a line has nothing to map, told without parsing it. */
  passOver?(line: Buffer): string | undefined;
  /** Changes when what belongs to a log beside its file does: other files, or how it is to be read. */
  stampBeside?(path: string, options: FormatOptions): string | undefined;
  /** Of the files that a walk found, those that are read with another of them; told by their paths. */
  filesBeside?(found: readonly string[]): ReadonlySet<string>;
  /** The records, where they are not the lines, elements or the document of one file. */
  records?(source: LogSource, onChunk: (chunk: Uint8Array) => void, past: PastSessions): Iterable<LogRecord>;
  /** @param saved What another mapper of the same log, which has grown since, has saved. */
  open(context: MapContext, saved?: unknown): LogMapper;
}

export interface LogIdentity {
  /** Files that share one of these are read together, in one place: they may tell of the same session. */
  readonly kin: readonly string[];
  /** Of kin, those with a lower rank are read first. */
  readonly rank: number;
}

/** The file that is being read. */
export interface LogSource {
  /** Absolute. */
  readonly path: string;
  readonly mtimeMs: number;
  readonly sample: LogSample;
  readonly options: FormatOptions;
}

/** Of a log of many sessions, what an earlier import of it knew of those whose archives are as it left them. */
export interface PastSessions {
  /** What the format asked to keep; undefined for a session that has to be read. */
  get(id: string): unknown;
  /** A session is as it was then, and not read. */
  leave(id: string, keep: unknown): void;
  /** A session is not wanted this time. */
  passOver(): void;
}

/** What a user may have to tell of logs that do not tell it themselves. */
export interface FormatOptions {
  /** For `openai-chat`: where a record has what, as paths with dots. */
  readonly fields?: Readonly<Partial<Record<ChatField, string>>>;
  /** Nothing that ended before. */
  readonly sinceMs?: number;
}

export const chatFields = ['messages', 'id', 'model', 'agent', 'title', 'time'] as const;
export type ChatField = (typeof chatFields)[number];

/** A held row as it can be saved. */
export function placeOf({ seq }: HeldRow): HeldRow {
  return { seq };
}

/** One record as its format's reader gives it. */
export interface LogRecord {
  readonly value: unknown;
  /** The text it was parsed from, where it was a line or an element; the reader's own, and changed with the next. */
  readonly bytes?: Buffer;
}

export interface MapContext extends LogSource {
  /** Of the first record that tells its time. */
  readonly firstMs: number | undefined;
  /** The session with this id, for as long as the log is read. The name of its archive is made of the id. */
  session(id: string): SessionWriter;
  /** Which other log the archive of a session was made of, and when that session ended. */
  toldElsewhere(id: string): { readonly path: string; readonly endedAtMs: number } | undefined;
  /** What of this log tells of the session, which may yet have more. */
  tell(session: SessionWriter, part: LogPart): void;
  /** The log tells no more of it: its archive is finished, as one that was made of this part of the log. */
  close(session: SessionWriter, part: LogPart): void;
  /** What was read as this session before is told of another one now: its archive goes, if it was made of these logs. */
  supersede(id: string): void;
  /** What stands in the archive would have to be another: all is read from its beginning. Only for a mapper that goes on. */
  readAnew(): never;
  /** What all kin read together know of each other. */
  readonly family: Family;
}

/** The part of a log that tells of one session, where many share it. */
export interface LogPart {
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  readonly sizeBytes: number;
  readonly lastRecordKey: string | null;
  /** For the next import, by which its format knows the session to be as it was. */
  readonly keep?: unknown;
}

/** Shared by the files that are read together. */
export interface Family {
  /** Sub-agents by the id that the parent's log gives them. */
  readonly starts: Pick<Map<string, StartedAgent>, 'get'> & { set(agent: string, start: StartedAgent): void };
  /** The session in which a record was met first: this one, unless it was another. */
  owner(key: string, sessionId: string): string;
  /** What each session's records were, hashed, where records have no keys and a fork may repeat them. */
  readonly records: Map<string, string[]> | undefined;
  /** What a format keeps in mind from one log to the next. */
  recall<T>(make: (saved?: unknown) => T): T;
  /** Some of the logs were read by an earlier import. */
  readonly isContinued: boolean;
  /** How many logs are to be read after this one. */
  readonly logsToCome: number;
}

export interface StartedAgent {
  readonly parentSessionId: string;
  readonly parentCallSeq: number;
  readonly parentToolCallId: string | null;
}

export interface LogMapper {
  /** Turns a record into rows; returns why it gives none. */
  map(record: LogRecord): string | undefined;
  /** There are no more records. */
  end?(): void;
  /** How many of the records that gave no row, by the reason it told, have given one after all. */
  takenBack?(): Readonly<Record<string, number>>;
  /** What it keeps in mind, as `structuredClone` takes it; undefined where nobody could go on from that alone. */
  save?(): unknown;
}
