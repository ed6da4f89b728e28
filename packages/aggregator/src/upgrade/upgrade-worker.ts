import { serveTasks } from '../work/index.ts';
import { type UpgradeSettings, type UpgradeTask, upgradeFile } from './upgrade-file.ts';

serveTasks((task: UpgradeTask, settings: UpgradeSettings) => upgradeFile(task, settings));
