import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type ErrorCode, VarveError } from '@varve/schema/errors';
import { assertHoldsBytes, emptyError } from './assert-not-empty.ts';
import { onFile } from './file-error.ts';

/** What an SQLite file says about itself in its first 100 bytes. Source: https://www.sqlite.org/fileformat.html */
export interface FileHeader {
  readonly sizeBytes: number;
  readonly pageSizeBytes: number;
  readonly applicationId: number;
  readonly userVersion: number;
  /** The file was left in WAL mode: SQLite would put files beside it to read it. */
  readonly isWal: boolean;
  /** Its texts are UTF-16: no connection to a file of UTF-8 can attach it. */
  readonly isUtf16: boolean;
}

const magic = 'SQLite format 3\0';
export const headerSizeBytes = 100;

/**
 * Reads the header of a file without SQLite. Do not call it for a session that this process has open: closing a
 * file drops the process's locks on it (https://www.sqlite.org/howtocorrupt.html, 2.2).
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, FILE_EMPTY, FILE_NOT_A_DATABASE, and FILE_CORRUPT for a file that is
 * shorter than its header says
 *
 * @example
 * ```ts
 * import { createSession, readHeader } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * const session = createSession('live', { lineage, session: { agentName: 'support' } });
 * const path = session.seal('archives');
 *
 * const { isWal, sizeBytes } = readHeader(path);
 * console.log(isWal, sizeBytes > 0); // false true
 * ```
 */
export function readHeader(path: string): FileHeader {
  const { bytes, sizeBytes } = onFile(path, () => readStart(path));
  return parseStart(bytes, sizeBytes, path);
}

/**
 * What the first 100 bytes of a file say, wherever they were read from.
 *
 * @throws FILE_EMPTY, FILE_NOT_A_DATABASE, FILE_CORRUPT
 */
export function parseStart(bytes: Buffer, sizeBytes: number, path: string): FileHeader {
  if (sizeBytes === 0) throw emptyError(path);
  const start = bytes.toString('latin1', 0, magic.length);
  if (!magic.startsWith(start) || (bytes.length >= magic.length && start !== magic)) {
    throw headerError('FILE_NOT_A_DATABASE', 'the file does not begin as an SQLite database', path);
  }
  if (bytes.length < headerSizeBytes)
    throw headerError('FILE_CORRUPT', 'the file ends inside its header', path);
  const header = parseHeader(bytes, sizeBytes);
  assertWhole(header, bytes, path);
  return header;
}

/** `readHeader` of a file that is open, and stays so. */
export function readHeldHeader(file: number, path: string): FileHeader {
  const { bytes, sizeBytes } = onFile(path, () => startOf(file, path));
  return parseStart(bytes, sizeBytes, path);
}

interface Start {
  readonly bytes: Buffer;
  readonly sizeBytes: number;
}

/** Without waiting for somebody to write into a pipe. */
function readStart(path: string): Start {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    return startOf(file, path);
  } finally {
    closeSync(file);
  }
}

function startOf(file: number, path: string): Start {
  const stat = fstatSync(file);
  assertHoldsBytes(stat, path);
  const bytes = Buffer.alloc(headerSizeBytes);
  const count = readSync(file, bytes, 0, headerSizeBytes, 0);
  return { bytes: bytes.subarray(0, count), sizeBytes: stat.size };
}

function parseHeader(bytes: Buffer, sizeBytes: number): FileHeader {
  const pageSize = bytes.readUInt16BE(16);
  return {
    sizeBytes,
    pageSizeBytes: pageSize === 1 ? 65_536 : pageSize,
    applicationId: bytes.readInt32BE(68),
    userVersion: bytes.readInt32BE(60),
    isWal: bytes[18] === 2 || bytes[19] === 2,
    isUtf16: bytes.readUInt32BE(56) > 1,
  };
}

/** The count of pages is kept only while both change counters agree, and with a WAL the rest may still be in there. */
function assertWhole({ sizeBytes, pageSizeBytes, isWal }: FileHeader, bytes: Buffer, path: string): void {
  const isPowerOfTwo = (pageSizeBytes & (pageSizeBytes - 1)) === 0;
  if (pageSizeBytes < 512 || !isPowerOfTwo)
    throw headerError('FILE_CORRUPT', 'its page size is impossible', path);
  const isCounted = !isWal && bytes.readUInt32BE(24) === bytes.readUInt32BE(92);
  const missingBytes = isCounted ? bytes.readUInt32BE(28) * pageSizeBytes - sizeBytes : 0;
  if (missingBytes > 0 || sizeBytes % pageSizeBytes !== 0) {
    throw headerError('FILE_CORRUPT', `the file is truncated at ${sizeBytes} bytes`, path);
  }
}

function headerError(code: ErrorCode, message: string, path: string): VarveError {
  return new VarveError(code, message, {
    path,
    hint:
      code === 'FILE_NOT_A_DATABASE' ? 'check the path' : 'restore the file from a backup, or set it aside',
  });
}
