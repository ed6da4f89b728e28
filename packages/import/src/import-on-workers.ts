import { runOnWorkers } from '@varve/aggregator/internal';
import type { FamilyFile } from './family-file.ts';
import type { FamilyResult, ImportFamilyOptions } from './import-family.ts';
import type { ImportProblem } from './import-problem.ts';

/** The logs of a family as another process is told of them. */
export type FamilyTask = readonly (Omit<FamilyFile, 'format' | 'sample'> & { readonly formatName: string })[];

export type FamilyOutcome =
  | { readonly result: FamilyResult }
  | { readonly problems: readonly ImportProblem[] };

export interface WorkerImportOptions extends ImportFamilyOptions {
  readonly workers: number;
  readonly onOutcome: (family: readonly FamilyFile[], outcome: FamilyOutcome) => void;
}

const script = new URL(
  import.meta.url.endsWith('.ts') ? './import-worker.ts' : './import-worker.js',
  import.meta.url,
);

/** Records are parsed in V8's heap: where their garbage has no room, all that lives is copied again and again. */
const nodeFlags = ['--max-semi-space-size=8'];

/** Imports families in processes beside this one; returns those that killed their worker, which may lack memory there. */
export async function importOnWorkers(
  families: Iterable<readonly FamilyFile[]>,
  { workers, onOutcome, signal, ...settings }: WorkerImportOptions,
): Promise<readonly (readonly FamilyFile[])[]> {
  const byTask = new Map<FamilyTask, readonly FamilyFile[]>();
  function* tasks(): Generator<FamilyTask> {
    for (const family of families) {
      const task = toTask(family);
      byTask.set(task, family);
      yield task;
    }
  }
  const lost: (readonly FamilyFile[])[] = [];
  await runOnWorkers<FamilyTask, FamilyOutcome>(tasks(), {
    ...{
      script,
      setup: () => settings,
      signal,
      jobs: workers,
      isFull: ({ length }) => length === 2,
      nodeFlags,
    },
    onResult: (task, outcome) => onOutcome(byTask.get(task) ?? [], outcome),
    onCrash: (task) => lost.push(byTask.get(task) ?? []),
  });
  return lost;
}

function toTask(family: readonly FamilyFile[]): FamilyTask {
  return family.map(({ format, sample: _sample, ...file }) => ({ ...file, formatName: format.name }));
}
