import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { VarveError } from '@varve/schema';

export interface FileHeader {
  readonly sizeBytes: number;
  readonly applicationId: number;
  readonly userVersion: number;
  readonly isWal: boolean;
}

const magic = 'SQLite format 3\0';

/** Reads the 100 bytes with which an SQLite file begins, without SQLite. Source: https://www.sqlite.org/fileformat.html */
export function readHeader(path: string): FileHeader {
  const header = Buffer.alloc(100);
  const file = openFile(path);
  try {
    const read = readSync(file, header, 0, 100, 0);
    if (read === 0) throw problem('FILE_EMPTY', 'the file holds no bytes', path);
    if (header.toString('latin1', 0, 16) !== magic) {
      throw problem('FILE_NOT_A_DATABASE', 'the file does not begin as an SQLite database', path);
    }
    if (read < 100) throw problem('FILE_CORRUPT', 'the file ends inside its header', path);
    return {
      sizeBytes: fstatSync(file).size,
      applicationId: header.readInt32BE(68),
      userVersion: header.readInt32BE(60),
      isWal: header[18] === 2 || header[19] === 2,
    };
  } finally {
    closeSync(file);
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw problem('FILE_UNREADABLE', 'the file cannot be read', path, cause);
  }
}

function problem(code: VarveError['code'], message: string, path: string, cause?: unknown): VarveError {
  return new VarveError(code, message, { path, hint: 'restore it from a backup, or set it aside', cause });
}
