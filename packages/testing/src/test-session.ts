import { type CreatedSession, type CreateSessionOptions, createSession } from '@varve/core';
import type { TableModule } from '@varve/migrations';
import { onTestFinished } from 'vitest';
import { makeTestFolder } from './test-folder.ts';

/** A session like any other, in a folder of its own; closed and removed after the running test. */
export function createTestSession<TTables extends TableModule>(
  options: CreateSessionOptions<TTables>,
): CreatedSession<TTables> {
  const session = createSession(makeTestFolder(), options);
  onTestFinished(() => session.close());
  return session;
}
