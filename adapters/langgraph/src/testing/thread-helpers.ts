import { type Checkpoint, emptyCheckpoint, uuid6 } from '@langchain/langgraph-checkpoint';
import { makeTestFolder } from '@varve/testing';
import { onTestFinished } from 'vitest';
import { VarveSaver, type VarveSaverOptions } from '../index.ts';

export const metadata = { source: 'loop', step: 0, parents: {} } as const;

/** A saver of a folder of its own, closed when the test has ended. */
export function makeSaver(options: Partial<VarveSaverOptions> = {}): { saver: VarveSaver; dir: string } {
  const dir = options.dir ?? makeTestFolder();
  const saver = new VarveSaver({ ...options, dir });
  onTestFinished(() => saver.close());
  return { saver, dir };
}

export function threadConfig(thread_id: string, more: Record<string, unknown> = {}) {
  return { configurable: { thread_id, ...more } };
}

export function checkpointOf(channel_values: Record<string, unknown>, version = 1): Checkpoint {
  const channel_versions = Object.fromEntries(
    Object.keys(channel_values).map((channel) => [channel, version]),
  );
  return { ...emptyCheckpoint(), id: uuid6(3), channel_values, channel_versions };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
