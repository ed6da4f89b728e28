import { serveTasks } from '../work/serve-tasks.ts';

/** Doubles numbers, and says who it is; dies on others in the way that the task names. */
serveTasks(async (task: unknown) => {
  if (task === 'exit') process.exit(3);
  if (task === 'segfault') process.kill(process.pid, 'SIGSEGV');
  if (task === 'throw') throw new Error('thrown in a worker');
  if (task === 'reject') void Promise.reject(new Error('rejected in a worker'));
  if (task === 'pid' || task === 'pid too') return process.pid;
  if (typeof task !== 'number') return new Promise(() => {});
  return task * 2;
});
