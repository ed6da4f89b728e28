import { inPages, listTasks } from '../list-tasks.ts';
import { openQueue, queueName } from './queue.ts';

const [kind, where, to] = process.argv.slice(2);
const tasks = await listTasks(kind, where, to);
const boss = await openQueue();
for (const page of inPages(tasks)) {
  await boss.insert(
    queueName,
    page.map(({ id, task }) => ({ id, data: task })),
  );
}
await boss.stop();
console.log(`${tasks.length} tasks`);
