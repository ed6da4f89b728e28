import { basename, dirname, join } from 'node:path';
import type { Lineage, TableModule } from '@varve/migrations';
import { VarveError } from '@varve/schema/errors';
import { getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import {
  assertNameIsFree as assertNameIsFreeIn,
  createdFile,
  defaultBusyTimeoutMs,
  durableFs,
  onFile,
  statOf,
  workFile,
} from '../file/index.ts';
import { withWriterLock } from '../lock/index.ts';
import { redactRow } from '../redact/index.ts';
import { type EncodedRow, type RecordValues, type Row, rowEncoderOf } from '../row/index.ts';
import { Newborn } from './newborn.ts';
import { openWriter } from './open-writer.ts';
import type { RecordOptions } from './record-options.ts';
import type { Session } from './session.ts';
import { sessionFileName } from './session-file-name.ts';
import { sessionImage } from './session-image.ts';
import { withPathOf } from './with-path.ts';

export interface CreateSessionOptions<TTables extends TableModule> extends RecordOptions {
  readonly lineage: Lineage<TTables>;
  /** The session row. */
  readonly session: SessionValues<TTables>;
  /** Where it will be sealed: an id whose archive is there already is refused at once. */
  readonly archiveDir?: string;
}

export type SessionValues<TTables extends TableModule> = TTables extends {
  sessions: infer TTable extends SQLiteTable;
}
  ? RecordValues<TTable>
  : never;

/** A session whose row was just written, so that it is known to have an id. */
export type CreatedSession<TTables extends TableModule> = Session<TTables> & { readonly id: string };

/**
 * Makes the file of a new session, at head, with its session row. The folder is made where it is missing. The file is
 * named after the session's id, which is free text: letters, digits and `. _ -` stand for themselves, the rest is
 * encoded, and `session.id` is the text. It has its name only when it is whole.
 *
 * @throws ROW_INVALID for a wrong session row, with the folder as its path; TABLE_UNKNOWN for a lineage without sessions; SESSION_EXISTS;
 * ARCHIVE_EXISTS; FILE_READ_ONLY, DISK_FULL, TOO_MANY_OPEN_FILES. Nothing is left then.
 *
 * @example
 * ```ts
 * import { createSession } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 * import { decisions } from '@varve/schema';
 *
 * const session = createSession('live', { lineage, session: { agentName: 'support' } });
 * const seq = session.record(decisions, { summary: 'look the order up' });
 * console.log(seq); // 1
 * session.seal('archives');
 * ```
 */
export function createSession<TTables extends TableModule>(
  dir: string,
  options: CreateSessionOptions<TTables>,
): CreatedSession<TTables> {
  const { lineage, session, redact, archiveDir } = options;
  const table = sessionTable(lineage);
  const given = session as Row;
  const left = redact ? redactRow(redact, getTableName(table), given) : given;
  const { row, id } = withPathOf(dir, () => encodeSession(table, left));
  const path = join(dir, `${sessionFileName(id)}.db`);
  if (archiveDir !== undefined) assertNameIsFreeIn(path, archiveDir);
  onFile(dir, () => durableFs.makeDir(dir), 'write');
  assertNameIsFree(path);
  return withWriterLock(path, defaultBusyTimeoutMs, (lock) => {
    const image = onFile(path, () => withPathOf(path, () => sessionImage(lineage, table, row)), 'write');
    const newborn = onFile(path, () => createFile(path, image, options), 'write');
    try {
      return openWriter({ ...options, path, lock, isAtHead: true, newborn }) as CreatedSession<TTables>;
    } catch (error) {
      newborn?.letGo(path);
      throw error;
    }
  });
}

function encodeSession(table: SQLiteTable, given: Row): { readonly row: EncodedRow; readonly id: string } {
  const row = rowEncoderOf(table).encode(given);
  return { row, id: assertId(row.key) };
}

function sessionTable(lineage: Lineage): SQLiteTable {
  const { sessions } = lineage.tables;
  if (is(sessions, SQLiteTable)) return sessions;
  throw new VarveError('TABLE_UNKNOWN', `lineage ${lineage.name} has no table sessions`, {
    hint: 'export sessions from the schema module, as @varve/schema does',
  });
}

function assertId(id: unknown): string {
  if (typeof id === 'string' && id !== '') return id;
  throw new VarveError('ROW_INVALID', 'the id of a session names its file: a text that is not empty', {
    hint: 'leave the id out, and the session gets a UUIDv7',
    details: { table: 'sessions', column: 'id' },
  });
}

function assertNameIsFree(path: string): void {
  if (onFile(path, () => statOf(path), 'write')) throw existsError(path);
}

/**
 * The whole file at once, under its name only when it is on the disk, unless that is waited for aside. The writer lock keeps
 * the name free. Windows removes no name of an open file.
 */
function createFile(path: string, image: Buffer, { durability }: RecordOptions): Newborn | undefined {
  assertNameIsFree(path);
  const work = workFile(path, 'creating');
  const isFoundByName = createdFile(basename(work)) === basename(path);
  if (durability === 'process' && isFoundByName && process.platform !== 'win32')
    return Newborn.make(path, work, image);
  try {
    durableFs.write(work, image);
    durableFs.rename(work, path);
  } finally {
    durableFs.remove(work);
  }
  // Else the first sync has it on the disk.
  if (durability !== 'process') durableFs.syncDir(dirname(path));
  return undefined;
}

function existsError(path: string): VarveError {
  return new VarveError('SESSION_EXISTS', 'the folder already holds a session of this id', {
    path,
    hint: 'continue it with openSession, or leave the id out and the session gets its own',
  });
}
