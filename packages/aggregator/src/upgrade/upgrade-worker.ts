import type { Prepare } from '@varve/core/upgrading';
import { serveTasks } from '../work/index.ts';
import { takeCompiled, type UpgradeSetup } from './compile-once.ts';
import { type UpgradeTask, upgradeFile } from './upgrade-file.ts';

let prepare: Prepare | undefined;

serveTasks((task: UpgradeTask, setup: UpgradeSetup, ask) => {
  prepare ??= takeCompiled(setup, ask);
  return upgradeFile(task, setup.settings, prepare);
});
