import { serveTasks } from '@varve/aggregator/internal';
import type { FamilyFile } from './family-file.ts';
import { findFormats } from './format/index.ts';
import type { ImportFamilyOptions } from './import-family.ts';
import { importFamily } from './import-family.ts';
import type { FamilyOutcome, FamilyTask } from './import-on-workers.ts';
import { problemOf } from './import-problem.ts';
import { sampleLog } from './log/index.ts';

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
