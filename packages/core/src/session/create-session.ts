import { dirname, join } from 'node:path';
import type { Lineage, TableModule } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import { is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { durableFs } from '../file/durable-fs.ts';
import { onFile } from '../file/file-error.ts';
import { defaultBusyTimeoutMs } from '../file/open-database.ts';
import { statOf } from '../file/sidecars.ts';
import { workFile } from '../file/work-file.ts';
import { withWriterLock } from '../lock/writer-lock.ts';
import { type Row, rowEncoderOf } from '../row/row-encoder.ts';
import type { RecordValues } from '../row/table-types.ts';
import { openWriter } from './open-writer.ts';
import type { Session } from './session.ts';
import { sessionImage } from './session-image.ts';

export interface CreateSessionOptions<TTables extends TableModule> {
  readonly lineage: Lineage<TTables>;
  /** The session row. */
  readonly session: SessionValues<TTables>;
}

export type SessionValues<TTables extends TableModule> = TTables extends {
  sessions: infer TTable extends SQLiteTable;
}
  ? RecordValues<TTable>
  : never;

/** A session whose row was just written, so that it is known to have an id. */
export type CreatedSession<TTables extends TableModule> = Session<TTables> & { readonly id: string };

/**
 * Makes the file of a new session, at head, named `<session id>.db`, with its session row. The folder is made where
 * it is missing. The file has its name only when it is whole.
 *
 * @throws ROW_INVALID for a wrong session row, and for an id that cannot be a file name; TABLE_UNKNOWN for a lineage
 * without sessions; SESSION_EXISTS, FILE_READ_ONLY. Nothing is left then.
 */
export function createSession<TTables extends TableModule>(
  dir: string,
  { lineage, session }: CreateSessionOptions<TTables>,
): CreatedSession<TTables> {
  const table = sessionTable(lineage);
  const row = rowEncoderOf(table).encode(session as Row);
  const path = join(dir, `${assertFileName(row.key)}.db`);
  onFile(dir, () => durableFs.makeDir(dir), 'write');
  assertNameIsFree(path);
  return withWriterLock(path, defaultBusyTimeoutMs, (lock) => {
    onFile(path, () => createFile(path, sessionImage(lineage, table, row)), 'write');
    return openWriter({ path, lineage, lock }) as CreatedSession<TTables>;
  });
}

function sessionTable(lineage: Lineage): SQLiteTable {
  const { sessions } = lineage.tables;
  if (is(sessions, SQLiteTable)) return sessions;
  throw new VarveError('TABLE_UNKNOWN', `lineage ${lineage.name} has no table sessions`, {
    hint: 'export sessions from the schema module, as @varve/schema does',
  });
}

function assertFileName(id: unknown): string {
  if (typeof id === 'string' && /^[\w-][\w.-]*$/.test(id)) return id;
  throw new VarveError(
    'ROW_INVALID',
    'the id of a session names its file and may hold letters, digits and . _ - only',
    {
      hint: 'leave the id out, and the session gets a UUIDv7',
      details: { table: 'sessions', column: 'id' },
    },
  );
}

function assertNameIsFree(path: string): void {
  if (onFile(path, () => statOf(path), 'write')) throw existsError(path);
}

/** The whole file at once, under its name only when it is on the disk. The writer lock keeps the name free. */
function createFile(path: string, image: Buffer): void {
  assertNameIsFree(path);
  const work = workFile(path, 'creating');
  try {
    durableFs.write(work, image);
    durableFs.rename(work, path);
  } finally {
    durableFs.remove(work);
  }
  durableFs.syncDir(dirname(path));
}

function existsError(path: string): VarveError {
  return new VarveError('SESSION_EXISTS', 'the folder already holds a session of this id', {
    path,
    hint: 'continue it with openSession, or leave the id out and the session gets its own',
  });
}
