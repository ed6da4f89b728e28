/** Tries to open a session in a worker thread and answers with the code of the error. */
import { parentPort, workerData } from 'node:worker_threads';
import { openSession } from '../index.ts';
import { errorOf } from './error-of.ts';
import { history } from './history.ts';

parentPort?.postMessage(errorOf(() => openSession(String(workerData), { lineage: history })).code);
