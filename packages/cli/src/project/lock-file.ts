import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lineage } from '@varve/migrations';
import {
  type LockedMigration,
  type LockedType,
  lockDifference,
  lockFileName,
  lockLineage,
  migrationFile,
  parseLock,
  parseLockedTypes,
  renderLock,
} from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import type { Project } from './load-project.ts';
import { migrationsConflict } from './workbench.ts';

/** The lock of the project's migrations; undefined before the first. */
export function readLock({ migrationsDir }: Project): readonly LockedMigration[] | undefined {
  const path = join(migrationsDir, lockFileName);
  return existsSync(path) ? parseLock(readFileSync(path, 'utf8'), path) : undefined;
}

export function adoptedNames(locked: readonly LockedMigration[]): ReadonlySet<string> {
  return new Set(locked.filter(({ isAdopted }) => isAdopted).map(({ name }) => name));
}

/** What the lock says of columns; undefined where it was written without. */
export function readLockedTypes({ migrationsDir }: Project): readonly LockedType[] | undefined {
  const path = join(migrationsDir, lockFileName);
  return existsSync(path) ? parseLockedTypes(readFileSync(path, 'utf8')) : undefined;
}

/** What the lock says of columns stays as it is, unless that is given anew. */
export function writeLock(
  project: Project,
  lineage: Lineage,
  adopted: ReadonlySet<string>,
  types: readonly LockedType[] | undefined = readLockedTypes(project),
): void {
  const locked = lockLineage(lineage, (name) => adopted.has(name));
  writeFileSync(join(project.migrationsDir, lockFileName), renderLock(locked, types));
}

/** The error for locked migrations that changed; with `isComplete`, also for one that is not locked yet. */
export function lockError(
  { migrationsDir }: Project,
  locked: readonly LockedMigration[] | undefined,
  lineage: Lineage,
  isComplete: boolean,
): VarveError | undefined {
  if (!locked && lineage.migrations.length === 0) return undefined;
  const difference = lockDifference(locked ?? [], lineage);
  if (!difference || (difference.kind === 'unlocked' && !isComplete)) return undefined;
  const { migration, kind } = difference;
  return new VarveError('LOCK_MISMATCH', `migration ${migration} ${saying[kind]}`, {
    path: kind === 'missing' ? migrationsDir : migrationFile(migrationsDir, migration),
    hint:
      kind === 'unlocked'
        ? 'run varve generate, and commit what it writes'
        : `restore it from version control; if it never left this branch, take its line out of ${lockFileName} and run varve generate`,
    details: { ...difference },
  });
}

const saying = {
  edited: 'was edited after it was locked: files that had it would be refused',
  missing: 'is locked, but is not among the migrations',
  moved: 'is not where the lock has it: the order of migrations never changes',
  unlocked: 'is not locked yet',
} as const;

/** @throws MIGRATIONS_CONFLICT for the marks that git leaves in the lock, the journal or a snapshot. */
export function assertNoConflictMarks({ migrationsDir }: Project): void {
  const names = existsSync(migrationsDir) ? readdirSync(migrationsDir, { recursive: true }) : [];
  const texts = names.map(String).filter((name) => /\.(json|sql|lock)$/.test(name));
  const marked = texts.filter((name) => /^<{7} /m.test(readFileSync(join(migrationsDir, name), 'utf8')));
  if (marked.length === 0) return;
  const lockPath = join(migrationsDir, lockFileName);
  const lock = existsSync(lockPath) ? readFileSync(lockPath, 'utf8') : '';
  const sides = [...lock.matchAll(/^<{7} [^\n]*\n([\s\S]*?)^={7}\n([\s\S]*?)^>{7} /gm)].flatMap(
    ([, ours = '', theirs = '']) => [ours, theirs].map((side) => side.match(/^(?!type )\S+(?= )/gm) ?? []),
  );
  const told =
    sides.length > 0 ? sides.map((side) => side.join(', ')).join(' against ') : marked.sort().join(', ');
  throw migrationsConflict(migrationsDir, sides.flat(), `the merge is not resolved (${told})`);
}
