import { createHash } from 'node:crypto';
import type { Migration } from './lineage.ts';

const accepted = new WeakMap<Migration, readonly string[]>();

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The hash varve writes: that of the normalised text, which is Drizzle's own on a checkout with `\n`. */
export function migrationHash(migration: Migration): string {
  return acceptedHashes(migration)[0] as string;
}

/** Every hash Drizzle may have stored for this text: `\n` or `\r\n`, with a byte order mark or without. */
export function acceptedHashes(migration: Migration): readonly string[] {
  const known = accepted.get(migration);
  if (known) return known;
  const crlf = migration.sql.replaceAll('\n', '\r\n');
  const hashes = [migration.sql, crlf, `\uFEFF${migration.sql}`, `\uFEFF${crlf}`].map(sha256);
  accepted.set(migration, hashes);
  return hashes;
}
