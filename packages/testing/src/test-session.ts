import { type CreatedSession, type CreateSessionOptions, createSession } from '@varve/core';
import type { TableModule } from '@varve/migrations';
import { onTestFinished } from 'vitest';
import { makeTestFolder } from './test-folder.ts';

/**
 * A session like any other, in a folder of its own; closed and removed after the running test.
 *
 * @example
 * ```ts
 * import { standardLineage as lineage } from '@varve/migrations';
 * import { decisions } from '@varve/schema';
 * import { createTestSession } from '@varve/testing';
 * import { expect, it } from 'vitest';
 *
 * it('records', () => {
 *   const session = createTestSession({ lineage, session: { agentName: 'support' } });
 *   expect(session.record(decisions, { summary: 'go on' })).toBe(1);
 * });
 * ```
 */
export function createTestSession<TTables extends TableModule>(
  options: CreateSessionOptions<TTables>,
): CreatedSession<TTables> {
  const session = createSession(makeTestFolder(), options);
  onTestFinished(() => session.close());
  return session;
}
