import { parentPort } from 'node:worker_threads';

/** Doubles numbers; dies on others in the way that the task names. */
parentPort?.on('message', (task: unknown) => {
  if (task === 'exit') process.exit(3);
  if (task === 'throw') throw new Error('thrown in a worker');
  if (task === 'reject') Promise.reject(new Error('rejected in a worker'));
  else parentPort?.postMessage(Number(task) * 2);
});
