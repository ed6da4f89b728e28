import { hash, randomBytes } from 'node:crypto';
import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { userCacheDir } from './private-root.ts';

const secretBytes = 32;
const blockBytes = 64;
let known: { readonly inner: Buffer; readonly outer: Buffer } | undefined;

/**
 * An HMAC of a text in 16 hexadecimal digits, under what only this user knows, and what stays: the names of work files
 * come of it, so that nobody can lay something under them, and the next run finds what a killed one left. Where the user
 * has no cache folder the secret is this process's own.
 */
export function workToken(text: string): string {
  known ??= padsOf(keptSecret() ?? randomBytes(secretBytes));
  // By hand: Node's own object for it takes several times as long to make as this takes.
  const inner = hash('sha256', Buffer.concat([known.inner, Buffer.from(text)]), 'buffer');
  return hash('sha256', Buffer.concat([known.outer, inner]), 'hex').slice(0, 16);
}

/** Source: https://www.rfc-editor.org/rfc/rfc2104#section-2 */
function padsOf(secret: Buffer): { readonly inner: Buffer; readonly outer: Buffer } {
  const [inner, outer] = [Buffer.alloc(blockBytes, 0x36), Buffer.alloc(blockBytes, 0x5c)];
  for (const [at, byte] of secret.entries()) {
    inner[at] = 0x36 ^ byte;
    outer[at] = 0x5c ^ byte;
  }
  return { inner, outer };
}

function keptSecret(): Buffer | undefined {
  const dir = userCacheDir();
  if (dir === undefined) return undefined;
  const path = join(dir, 'work-names');
  return readSecret(path) ?? makeSecret(path);
}

function makeSecret(path: string): Buffer | undefined {
  try {
    writeFileSync(path, randomBytes(secretBytes), { flag: 'wx', mode: 0o600 });
  } catch {
    // Another process may have made it meanwhile.
  }
  return readSecret(path);
}

/** Undefined for one that another user could know. */
function readSecret(path: string): Buffer | undefined {
  try {
    const stat = lstatSync(path);
    const isOurs = !process.getuid || (stat.uid === process.getuid() && (stat.mode & 0o077) === 0);
    return stat.isFile() && isOurs && stat.size === secretBytes ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}
