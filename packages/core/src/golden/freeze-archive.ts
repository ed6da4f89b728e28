import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Lineage, TableModule } from '@varve/migrations';
import { VarveError } from '@varve/schema/errors';
import { copyInto, makePrivateDir, onFile, removePrivateDir } from '../file/index.ts';
import { createSession, type Session, type SessionValues } from '../session/index.ts';
import { lockGolden } from './golden-lock.ts';

/** How a team's golden archives come about: rows as its production writes them. */
export interface Fixture<TTables extends TableModule = TableModule> {
  readonly lineage: Lineage<TTables>;
  /** The session row. */
  readonly session: SessionValues<TTables>;
  /** Records at least a row of every kind, with the values that are easy to get wrong: NULL, empty, long, odd. */
  record(session: Session<TTables>): void | Promise<void>;
}

/**
 * Types a fixture by its lineage; returns what it is given.
 *
 * @example
 * ```ts
 * import { defineFixture } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 * import { toolCalls } from '@varve/schema';
 *
 * export const fixture = defineFixture({
 *   lineage,
 *   session: { agentName: 'support' },
 *   record(session) {
 *     session.record(toolCalls, { toolName: 'find_order', status: 'ok' });
 *   },
 * });
 * ```
 */
export function defineFixture<TTables extends TableModule>(fixture: Fixture<TTables>): Fixture<TTables> {
  return fixture;
}

/**
 * Writes the golden archive of the current version, named `<last migration>.db`: a sealed session with the fixture's
 * rows, as today's code makes it. A version is frozen once: a golden archive is never written again, and its hash in
 * `golden.lock` beside it tells. Returns its path.
 *
 * @throws ARCHIVE_EXISTS when this version is frozen already; LINEAGE_INVALID for a lineage without migrations; the
 * codes of `createSession` and `record`. Nothing is left then.
 *
 * @example
 * ```ts
 * import { defineFixture, freezeArchive } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 * import { toolCalls } from '@varve/schema';
 *
 * const fixture = defineFixture({
 *   lineage,
 *   session: { agentName: 'support' },
 *   record(session) {
 *     session.record(toolCalls, { toolName: 'find_order', status: 'ok' });
 *   },
 * });
 * const path = await freezeArchive('golden', fixture);
 * console.log(path.endsWith('.db')); // true
 * ```
 */
export async function freezeArchive<TTables extends TableModule>(
  dir: string,
  fixture: Fixture<TTables>,
): Promise<string> {
  const target = join(dir, `${lastMigration(fixture.lineage)}.db`);
  if (existsSync(target)) throw frozenError(target);
  const workDir = makePrivateDir();
  try {
    const sealed = await sealFixture(workDir, fixture);
    return onFile(
      target,
      () => {
        mkdirSync(dir, { recursive: true });
        if (!copyInto(sealed, target)) throw frozenError(target);
        lockGolden(target);
        return target;
      },
      'write',
    );
  } finally {
    removePrivateDir(workDir);
  }
}

async function sealFixture<TTables extends TableModule>(
  workDir: string,
  { lineage, session, record }: Fixture<TTables>,
): Promise<string> {
  using live = createSession(join(workDir, 'live'), { lineage, session });
  await record(live);
  return live.seal(join(workDir, 'sealed'));
}

function lastMigration(lineage: Lineage): string {
  const last = lineage.migrations.at(-1);
  if (last) return last.name;
  throw new VarveError('LINEAGE_INVALID', `lineage ${lineage.name} has no migrations to freeze`, {
    hint: 'generate the first migration with drizzle-kit',
  });
}

function frozenError(path: string): VarveError {
  return new VarveError('ARCHIVE_EXISTS', 'this version is frozen already', {
    path,
    hint: 'leave the golden archive as it is; freeze again when the lineage has a new migration',
  });
}
