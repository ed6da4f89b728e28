import type { Selection, WorkOptions, WorkReport } from '@varve/aggregator';
import type { ArchiveOutcome } from '@varve/aggregator/internal';
import { type Command, InvalidArgumentError } from 'commander';
import { openReport, type Problem, tooManyFailures } from '../output/index.ts';
import { addSelectionOptions, readSelection, type SelectionOptions } from './selection-options.ts';
import type { VerbResult } from './verb.ts';

/** The options of every verb that walks: which of the archives, when to stop, and what to take down of each. */
export interface FleetOptions extends SelectionOptions {
  readonly maxFailures?: number;
  readonly report?: string;
}

/** Adds the options of a verb that walks. */
export function addFleetOptions(command: Command): void {
  command
    .option('--max-failures <n>', 'stop when more archives fail', parseMaxFailures)
    .option('--report <file>', 'a line of JSON for each archive as it is done');
  addSelectionOptions(command);
}

/** Work over many archives, as the options of the call want it. */
export interface FleetWork extends Disposable {
  /** For the package that does it. */
  readonly options: Selection & Pick<WorkOptions<ArchiveOutcome>, 'maxFailures' | 'onFile'>;
  /** What a verb says of failures. */
  tell(report: WorkReport): Pick<VerbResult, 'problems' | 'unnamed'>;
}

/** Begins the report, where one is asked for: a path that cannot be written is found out before the work. */
export function beginWork(options: FleetOptions): FleetWork {
  const { maxFailures, report } = options;
  const file = report === undefined ? undefined : openReport(report);
  return {
    options: {
      ...readSelection(options),
      ...(maxFailures !== undefined && { maxFailures }),
      ...(file && { onFile: file.add }),
    },
    tell: ({ failed, failures, isStopped }) => ({
      problems: isStopped && maxFailures !== undefined ? withLimit(failed, failures, maxFailures) : failed,
      unnamed: failures - failed.length,
    }),
    [Symbol.dispose]: () => file?.[Symbol.dispose](),
  };
}

function withLimit(failed: readonly Problem[], failures: number, most: number): readonly Problem[] {
  return failures > most ? [...failed, tooManyFailures(most)] : failed;
}

/** Commander's reader of a number of failures. */
function parseMaxFailures(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('give a number, 0 or more');
}
