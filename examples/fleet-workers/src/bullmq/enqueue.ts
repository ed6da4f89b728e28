import { Queue } from 'bullmq';
import { inPages, listTasks } from '../list-tasks.ts';
import { connection, queueName } from './connection.ts';

const [kind, where, to] = process.argv.slice(2);
const tasks = await listTasks(kind, where, to);
const queue = new Queue(queueName, { connection });
for (const page of inPages(tasks)) {
  await queue.addBulk(
    page.map(({ id, task }) => ({
      name: task.kind,
      data: task,
      opts: { jobId: id, attempts: 5, backoff: { type: 'exponential', delay: 1000 } },
    })),
  );
}
await queue.close();
console.log(`${tasks.length} tasks`);
