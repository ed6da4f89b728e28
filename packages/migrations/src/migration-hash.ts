import { createHash } from 'node:crypto';
import type { Lineage, Migration } from './lineage.ts';

const accepted = new WeakMap<Migration, readonly string[]>();
const digests = new WeakMap<Lineage, readonly number[]>();

function sha256(text: string): string {
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

/** For every version, 19 bits that stand for the migrations up to it: enough to tell lineages apart in a hint. */
export function lineageDigests(lineage: Lineage): readonly number[] {
  const known = digests.get(lineage);
  if (known) return known;
  let chain = '';
  const result = [0];
  for (const migration of lineage.migrations) {
    chain = sha256(chain + migrationHash(migration));
    result.push(Number.parseInt(chain.slice(0, 8), 16) >>> 13);
  }
  digests.set(lineage, result);
  return result;
}
