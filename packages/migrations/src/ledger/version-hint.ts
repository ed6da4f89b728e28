import type { Database } from '../driver/index.ts';
import { type Lineage, sha256 } from '../lineage/index.ts';
import { lineageLedger } from './ledger-steps.ts';

/** `application_id` of a file varve has written: the letters `varv`. */
export const applicationId = 0x76617276;

interface Header {
  readonly applicationId: number;
  readonly userVersion: number;
}

const heightBits = 12;
const cache = new WeakMap<Lineage, readonly number[]>();

/**
 * What `user_version` holds, for each version: the rows of the ledger in 12 bits, above them 19 bits that stand for the
 * hashes in it, enough to tell lineages apart. Both stay what they are when migrations are folded into a baseline.
 */
function userVersions(lineage: Lineage): readonly number[] {
  const known = cache.get(lineage);
  if (known) return known;
  const { steps, heights } = lineageLedger(lineage);
  const digests = [0];
  let chain = '';
  for (const { hashes } of steps) {
    chain = sha256(chain + hashes[0]);
    digests.push(Number.parseInt(chain.slice(0, 8), 16) >>> 13);
  }
  const versions = heights.map((height) => ((digests[height] ?? 0) << heightBits) | height);
  cache.set(lineage, versions);
  return versions;
}

/**
 * The version a header claims, or undefined when the header says nothing about this lineage. Never the truth.
 *
 * @example
 * ```ts
 * import { defineLineage, versionFromHint } from '@varve/migrations';
 *
 * const lineage = defineLineage({
 *   name: 'notes',
 *   tables: {},
 *   migrations: [
 *     { name: '0000_notes', createdAtMs: 1, sql: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)' },
 *     { name: '0001_tags', createdAtMs: 2, sql: "ALTER TABLE notes ADD tag TEXT DEFAULT 'none'" },
 *   ],
 * });
 * console.log(versionFromHint({ applicationId: 0, userVersion: 7 }, lineage)); // undefined
 * ```
 */
export function versionFromHint(header: Header, lineage: Lineage): number | undefined {
  if (header.applicationId !== applicationId) return undefined;
  const version = userVersions(lineage).indexOf(header.userVersion);
  return version > 0 ? version : undefined;
}

/** Stamps the header, unless an application uses these two fields for itself. */
export function stampHint(sqlite: Database, lineage: Lineage, version: number): void {
  const [owner, stamp] = sqlite
    .prepare<[], [number, number]>(
      'SELECT application_id, user_version FROM pragma_application_id, pragma_user_version',
    )
    .raw()
    .get() ?? [0, 0];
  sqlite.exec(hintScript({ applicationId: owner, userVersion: stamp }, lineage, version));
}

/** `stampHint` of a file whose header is known, as SQL. */
export function hintScript(header: Header, lineage: Lineage, version: number): string {
  const { applicationId: owner, userVersion: stamp } = header;
  if (owner !== applicationId && (owner !== 0 || stamp !== 0)) return '';
  return `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${userVersions(lineage)[version]};`;
}
