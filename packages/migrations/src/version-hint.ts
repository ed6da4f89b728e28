import type { Database } from 'better-sqlite3';
import type { Lineage } from './lineage.ts';
import { lineageDigests } from './migration-hash.ts';

/** `application_id` of a file varve has written: the letters `varv`. */
export const applicationId = 0x76617276;

const versionBits = 12;

/** What `user_version` holds at a version: the version in 12 bits, above it 19 bits of the lineage's digest. */
export function userVersionAt(lineage: Lineage, version: number): number {
  return ((lineageDigests(lineage)[version] ?? 0) << versionBits) | version;
}

/** The version a header claims, or undefined when the header says nothing about this lineage. Never the truth. */
export function versionFromHint(
  header: { readonly applicationId: number; readonly userVersion: number },
  lineage: Lineage,
): number | undefined {
  if (header.applicationId !== applicationId) return undefined;
  const version = header.userVersion & ((1 << versionBits) - 1);
  const known = version > 0 && version <= lineage.migrations.length;
  return known && userVersionAt(lineage, version) === header.userVersion ? version : undefined;
}

/** Stamps the header, unless an application uses these two fields for itself. */
export function stampHint(sqlite: Database, lineage: Lineage, version: number): void {
  const owner = sqlite.pragma('application_id', { simple: true });
  const stamp = sqlite.pragma('user_version', { simple: true });
  if (owner !== applicationId && (owner !== 0 || stamp !== 0)) return;
  sqlite.pragma(`application_id = ${applicationId}`);
  sqlite.pragma(`user_version = ${userVersionAt(lineage, version)}`);
}
