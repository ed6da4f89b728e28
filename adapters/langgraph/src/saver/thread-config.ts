import type { RunnableConfig } from '@langchain/core/runnables';
import { VarveError } from '@varve/schema';

export function threadOf({ configurable }: RunnableConfig): string | undefined {
  const id: unknown = configurable?.thread_id;
  return id === undefined || id === null || id === '' ? undefined : String(id);
}

export function namespaceOf({ configurable }: RunnableConfig): string {
  return configurable?.checkpoint_ns ?? '';
}

export function assertThread(config: RunnableConfig, what: string): string {
  const threadId = threadOf(config);
  if (threadId === undefined) throw missing(what, 'thread_id');
  return threadId;
}

export function missing(what: string, key: string): VarveError {
  return new VarveError('ROW_INVALID', `${what} cannot be kept without a ${key}`, {
    hint: `call the graph with { configurable: { ${key}: … } }`,
    details: { column: key },
  });
}
