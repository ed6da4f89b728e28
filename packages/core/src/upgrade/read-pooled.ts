import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Larger ones are allocated each: they are few. */
const pooledBytes = 1024 * 1024;
let pool: Buffer | undefined;
let latest: Buffer | undefined;

/** Whether bytes that were read are still there: nothing was read after them. */
export function isLatestRead(bytes: Buffer): boolean {
  return bytes === latest;
}

/**
 * Reads a file into memory that is used again by the next call: V8 collects garbage for each few buffers of a file's size
 * that are made.
 */
export function readPooled(path: string): Buffer {
  latest = undefined;
  const bytes = readWhole(path);
  latest = bytes;
  return bytes;
}

function readWhole(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size <= pooledBytes) pool ??= Buffer.allocUnsafeSlow(pooledBytes);
    const bytes = size <= pooledBytes && pool ? pool.subarray(0, size) : Buffer.allocUnsafeSlow(size);
    let at = 0;
    for (let read = -1; read !== 0 && at < size; at += read) read = readSync(file, bytes, at, size - at, at);
    return bytes.subarray(0, at);
  } finally {
    closeSync(file);
  }
}
