import type { ImportedSession } from './archive-finisher.ts';
import type { ImportProblem } from './import-problem.ts';

export interface ImportReport {
  /** Sessions whose archives are new, or were replaced. In the order in which they were done. */
  readonly sessions: readonly ImportedSession[];
  readonly added: number;
  readonly changed: number;
  /** Sessions whose archives are as they were. */
  readonly unchanged: number;
  /** Logs found; those of other kinds, in folders, are only counted. */
  readonly logs: number;
  readonly otherFiles: number;
  /** Logs that were not read, by why. */
  readonly passedOver: Readonly<Record<string, number>>;
  /** Records read, rows written, and records that gave no row, by why. */
  readonly records: number;
  readonly rows: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly sizeBytes: number;
  readonly problems: readonly ImportProblem[];
}
