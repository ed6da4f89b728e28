import '@varve/core/quick-imports';
import { serveTasks } from '../work/serve-tasks.ts';
import type { UpgradeSettings, UpgradeTask } from './upgrade-file.ts';

const { upgradeFile } = await import('./upgrade-file.ts');

serveTasks((task: UpgradeTask, settings: UpgradeSettings) => upgradeFile(task, settings));
