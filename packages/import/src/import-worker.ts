import '@varve/core/quick-imports';
import type { FamilyFile } from './family-file.ts';
import type { ImportFamilyOptions } from './import-family.ts';
import type { FamilyOutcome, FamilyTask } from './import-on-workers.ts';

// Not before Drizzle's modules are found quickly: it spares each worker half a second and 250 MB.
const { serveTasks } = await import('@varve/aggregator/internal');
const { findFormats } = await import('./format/index.ts');
const { importFamily } = await import('./import-family.ts');
const { problemOf } = await import('./import-problem.ts');
const { sampleLog } = await import('./log/index.ts');

serveTasks<ImportFamilyOptions, FamilyTask>(async (task, settings): Promise<FamilyOutcome> => {
  try {
    return { result: await importFamily(task.map(revive), settings) };
  } catch (error) {
    return { problems: task.map(({ path }) => problemOf(error, path)) };
  }
});

/** What a format does cannot be sent to another process; its name can. */
function revive({ formatName, ...file }: FamilyTask[number]): FamilyFile {
  const [format] = findFormats(formatName);
  if (!format) throw new Error(`no format ${formatName}`);
  return { ...file, format, sample: sampleLog(file.path) };
}
