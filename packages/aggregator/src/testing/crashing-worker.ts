import { serveTasks } from '../work/serve-tasks.ts';

/** Doubles numbers, says who it is, and what it was told about a question; dies on others in the way that the task names. */
serveTasks(async (task: unknown, _setup, ask) => {
  if (typeof task === 'object' && task !== null) return [await ask(task), await ask('again')];
  if (task === 'exit') process.exit(3);
  if (task === 'segfault') process.kill(process.pid, 'SIGSEGV');
  if (task === 'throw') throw new Error('thrown in a worker');
  if (task === 'reject') void Promise.reject(new Error('rejected in a worker'));
  if (task === 'pid' || task === 'pid too') return process.pid;
  if (typeof task !== 'number') return new Promise(() => {});
  return task * 2;
});
