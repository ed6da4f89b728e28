import type { FoundFile } from '../find/index.ts';
import { serveTasks } from '../work/index.ts';
import '@varve/core/quick-imports';
import type { PartFiller, PartSettings } from './part.ts';

const part = await import('./part.ts');

let filler: PartFiller | undefined;
process.once('exit', () => filler?.remove());

/** Answers the path of the part; without one, the process that asked reads the archives itself, and says what is wrong. */
serveTasks(async (archives: readonly FoundFile[], settings: PartSettings) => {
  try {
    filler ??= new part.PartFiller(settings);
    return filler.fill(archives);
  } catch {
    return undefined;
  }
});
