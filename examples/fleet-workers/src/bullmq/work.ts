import { lineage } from '@acme/agent-state';
import { type ArchiveTask, isRetryable, processArchive } from '@varve/aggregator';
import { type Job, UnrecoverableError, Worker } from 'bullmq';
import { say } from '../say.ts';
import { connection, queueName } from './connection.ts';

/** A worker that has not been heard of for so long is taken for dead, and its task given to another. */
const lockMs = Number(process.env.LOCK_MS ?? 30_000);

const worker = new Worker<ArchiveTask>(queueName, work, {
  connection,
  concurrency: Number(process.env.CONCURRENCY ?? 4),
  lockDuration: lockMs,
  stalledInterval: lockMs,
  // Doing a task again is nothing, so a worker may well die on it more than once.
  maxStalledCount: 5,
});
worker.on('error', (error) => console.error(error.message));
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => worker.close());

async function work({ data: task }: Job<ArchiveTask>) {
  say('begun', task);
  try {
    const result = await processArchive(task, { lineage });
    say(result.state, task);
    return result;
  } catch (error) {
    say('failed', task);
    if (isRetryable(error)) throw error;
    throw new UnrecoverableError(String(error));
  }
}
