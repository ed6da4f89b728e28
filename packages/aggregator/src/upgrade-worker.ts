import { parentPort, workerData } from 'node:worker_threads';
import { type UpgradeTask, upgradeFile } from './upgrade-file.ts';

parentPort?.on('message', async (path: string) => {
  parentPort?.postMessage(await upgradeFile(path, workerData as UpgradeTask));
});
