import { serveTasks } from '../work/index.ts';
import '@varve/core/quick-imports';
import type { UpgradeSettings, UpgradeTask } from './upgrade-file.ts';

// Not before Drizzle's modules are found quickly: it spares each worker half a second and 250 MB.
const { upgradeFile } = await import('./upgrade-file.ts');

serveTasks((task: UpgradeTask, settings: UpgradeSettings) => upgradeFile(task, settings));
