import { AsyncLocalStorage } from 'node:async_hooks';
import type { Session } from '@varve/core';
import type { Lineage, TableModule } from '@varve/migrations';

/** What is known of the session that many calls of the AI SDK make up. */
export interface SessionScope {
  /** Free text; unless given, a UUIDv7. */
  readonly id?: string;
  readonly agentName?: string;
  readonly agentVersion?: string;
  readonly conversationId?: string;
  readonly title?: string;
}

/** The code that runs inside of `runInSession`, or inside of a tool. */
export interface Scope {
  readonly key: string;
  readonly values: SessionScope;
  readonly tool?: {
    readonly seq: number | undefined;
    readonly toolCallId: string;
    /** The session that the tool's call is recorded in. */
    readonly session: unknown;
  };
  /** Ends the sessions that were opened by this scope. */
  readonly enders: Set<(status: 'completed' | 'failed', error?: unknown) => Promise<void>>;
}

const storage = new AsyncLocalStorage<Scope>();
let scopes = 0;

export function currentScope(): Scope | undefined {
  return storage.getStore();
}

export function runInTool<T>(scope: Scope, work: () => T): T {
  return storage.run(scope, work);
}

/**
 * The session that the tool whose code is running is recorded in, for rows of your own beside those of the recorder;
 * undefined outside of tools, and where nothing could be recorded. `lineage` is the one that `varveTelemetry` was given.
 *
 * @example
 * ```ts
 * import { currentSession } from '@varve/ai-sdk';
 * import { standardLineage as lineage } from '@varve/migrations';
 * import { decisions } from '@varve/schema';
 *
 * const execute = async () => currentSession(lineage)?.tryRecord(decisions, { summary: 'refund it' });
 * console.log(await execute()); // undefined
 * ```
 */
export function currentSession<TTables extends TableModule>(
  _lineage: Lineage<TTables>,
): Session<TTables> | undefined {
  return storage.getStore()?.tool?.session as Session<TTables> | undefined;
}

/** Until it is told another, what follows runs inside of this scope. */
export function enterScope(scope: Scope | undefined): void {
  storage.enterWith(scope as Scope);
}

/**
 * Makes one session of all calls of the AI SDK inside `work`, and seals it when `work` has ended. Returns what `work`
 * returns and throws what it throws.
 *
 * @example
 * ```ts
 * import { runInSession } from '@varve/ai-sdk';
 *
 * const answer = await runInSession({ conversationId: 'user:42' }, async () => 'called the model twice');
 * console.log(answer); // called the model twice
 * ```
 */
export async function runInSession<T>(values: SessionScope, work: () => Promise<T> | T): Promise<T> {
  scopes += 1;
  const scope: Scope = { key: `scope ${scopes}`, values, enders: new Set() };
  try {
    const result = await storage.run(scope, work);
    await endScope(scope, 'completed');
    return result;
  } catch (error) {
    await endScope(scope, 'failed', error);
    throw error;
  }
}

async function endScope({ enders }: Scope, status: 'completed' | 'failed', error?: unknown): Promise<void> {
  await Promise.all([...enders].map((end) => end(status, error)));
}
