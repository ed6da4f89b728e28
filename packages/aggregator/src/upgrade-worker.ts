import { parentPort, workerData } from 'node:worker_threads';
import { type UpgradeSettings, type UpgradeTask, upgradeFile } from './upgrade-file.ts';

parentPort?.on('message', async (task: UpgradeTask) => {
  parentPort?.postMessage(await upgradeFile(task, workerData as UpgradeSettings));
});
