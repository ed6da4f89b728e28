import { lineage } from '@acme/agent-state';
import { type ArchiveTask, isRetryable, processArchive } from '@varve/aggregator';
import type { Job, JobResult } from 'pg-boss';
import { say } from '../say.ts';
import { openQueue, queueName } from './queue.ts';

const options = {
  localConcurrency: Number(process.env.CONCURRENCY ?? 4),
  pollingIntervalSeconds: Number(process.env.POLLING_SECONDS ?? 2),
  perJobResults: true,
} as const;

const boss = await openQueue();
await boss.work<ArchiveTask, JobResult[], typeof options>(queueName, options, (jobs) =>
  Promise.all(jobs.map(work)),
);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => boss.stop());

async function work({ id, data: task }: Job<ArchiveTask>): Promise<JobResult> {
  say('begun', task);
  try {
    const result = await processArchive(task, { lineage });
    say(result.state, task);
    return { id, status: 'completed', output: result };
  } catch (error) {
    say('failed', task);
    return { id, status: isRetryable(error) ? 'failed' : 'deadletter', output: { error: String(error) } };
  }
}
