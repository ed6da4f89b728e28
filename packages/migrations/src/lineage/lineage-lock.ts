import { VarveError } from '@varve/schema/errors';
import type { Lineage } from './lineage.ts';
import { migrationHash } from './migration-hash.ts';

/** The lock's name, in the folder of the migrations. */
export const lockFileName = 'varve.lock';

/** A migration that is merged, or about to be, and never changes again. */
export interface LockedMigration {
  readonly name: string;
  /** SHA-256 of its text with `\n`, as the ledger has it. */
  readonly hash: string;
  /** True for one that was there before varve: lint leaves it alone. */
  readonly isAdopted: boolean;
}

/** What a column takes beyond its SQL type, as it was when the last migration was locked. */
export interface LockedType {
  /** `table.column`. */
  readonly name: string;
  readonly text: string;
}

/** How the migrations and their lock differ: at the first migration that does, from its place on. */
export interface LockDifference {
  readonly migration: string;
  readonly kind: 'edited' | 'missing' | 'moved' | 'unlocked';
}

const header = `# The migrations in their order, each with its SHA-256. A locked migration never changes.
# Written by varve generate; when a merge conflicts here, varve check says what to do.
`;

const typesHeader = '# What columns take beyond their SQL type: what takes less may not fit rows of before.';

/** One line a migration, so that two branches which both add one conflict where everybody can read it; then the types. */
export function renderLock(locked: readonly LockedMigration[], types?: readonly LockedType[]): string {
  const lines = locked.map(({ name, hash, isAdopted }) => `${name} ${hash}${isAdopted ? ' adopted' : ''}\n`);
  const typeLines = types?.map(({ name, text }) => `type ${JSON.stringify(name)} ${text}\n`);
  return [header, ...lines, ...(typeLines ? [`\n${typesHeader}\n`, ...typeLines] : [])].join('');
}

const typeLine = /^type ("(?:[^"\\]|\\.)*") (.*)$/;

/** Undefined for a lock that was written without types. */
export function parseLockedTypes(text: string): LockedType[] | undefined {
  if (!text.includes(typesHeader)) return undefined;
  return text.split(/\r?\n/).flatMap((line) => {
    const [, name, type = ''] = typeLine.exec(line) ?? [];
    return name ? [{ name: JSON.parse(name) as string, text: type }] : [];
  });
}

/** @throws LOCK_MISMATCH for a line that no lock has. */
export function parseLock(text: string, path?: string): LockedMigration[] {
  const isOther = (line: string) => !line.trim() || line.startsWith('#') || typeLine.test(line);
  const lines = text.split(/\r?\n/).filter((line) => !isOther(line));
  return lines.map((line) => {
    const [, name = '', hash = '', adopted] = /^(.+) ([0-9a-f]{64})( adopted)?$/.exec(line.trim()) ?? [];
    if (name) return { name, hash, isAdopted: adopted !== undefined };
    throw new VarveError('LOCK_MISMATCH', `the lock has a line that is none of its own: ${line}`, {
      path,
      hint: 'restore the lock from version control',
    });
  });
}

/** The lock of a lineage's migrations; those that `isAdopted` says were there before varve are marked so. */
export function lockLineage(lineage: Lineage, isAdopted: (name: string) => boolean): LockedMigration[] {
  return lineage.migrations.map((migration) => ({
    name: migration.name,
    hash: migrationHash(migration),
    isAdopted: isAdopted(migration.name),
  }));
}

/** Compares migrations with their lock; undefined when they are the same. */
export function lockDifference(
  locked: readonly LockedMigration[],
  lineage: Lineage,
): LockDifference | undefined {
  const now = lockLineage(lineage, () => false);
  for (const [at, was] of locked.entries()) {
    const is = now[at];
    if (is?.name === was.name && is.hash === was.hash) continue;
    if (is?.name === was.name) return { migration: was.name, kind: 'edited' };
    const isThere = now.some(({ name }) => name === was.name);
    return { migration: was.name, kind: isThere ? 'moved' : 'missing' };
  }
  const unlocked = now[locked.length];
  return unlocked && { migration: unlocked.name, kind: 'unlocked' };
}
