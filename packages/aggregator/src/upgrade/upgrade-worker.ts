import type { UpgradePreparedOptions } from '@varve/core/upgrading';
import { serveTasks } from '../work/index.ts';
import { takeCompiled, type UpgradeSetup } from './compile-once.ts';
import { type UpgradeTask, upgradeFile } from './upgrade-file.ts';

let options: UpgradePreparedOptions | undefined;

serveTasks((task: UpgradeTask, setup: UpgradeSetup, ask) => {
  options ??= { ...setup.settings, prepare: takeCompiled(setup, ask) };
  return upgradeFile(task, options);
});
