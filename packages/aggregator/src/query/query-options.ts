import type { NewerFiles } from '@varve/core';
import type { Lineage } from '@varve/migrations';
import type { Selection } from '../find/index.ts';
import type { Duplicate, ReadArchive, SessionClash, UnifyProgress } from '../unified/index.ts';
import type { Problem, WorkOptions } from '../work/index.ts';
import type { PreparedQuery, QueryResult } from './run-query.ts';

/** When more fail than `maxFailures` there is no answer. */
export interface QueryArchivesOptions extends Selection, Omit<WorkOptions<ReadArchive>, 'signal'> {
  readonly lineage: Lineage;
  /** What becomes of an archive that newer code wrote; it is passed over, and named, unless given. */
  readonly newer?: NewerFiles;
  readonly onProgress?: (progress: UnifyProgress) => void;
}

export interface PulledTable {
  readonly name: string;
  /** Without `_archive` and `_version`. */
  readonly columns: readonly string[];
  /** The part of the query's WHERE that the archives were asked for already. */
  readonly filter: string | undefined;
}

/** What an answer over archives was made of. */
export interface PullReport {
  /** How many archives were read. */
  readonly archives: number;
  /** What the query named, and nothing else, was read of each. */
  readonly pulled: readonly PulledTable[];
  readonly rowsPulled: number;
  /** The archives that are left out, each with its reason. */
  readonly problems: readonly Problem[];
  /** The archives that are not counted, because another holds all that they hold of the same session. */
  readonly duplicates: readonly Duplicate[];
  /** Sessions of which several archives hold rows that contradict each other; all are counted. */
  readonly clashes: readonly SessionClash[];
  /** Said when a unified view would answer faster from the second query on. */
  readonly advice: string | undefined;
}

export interface ArchivesAnswer extends QueryResult, PullReport {}

/** A query over archives, ready to be run; what it needs of them lies in a temporary file until it is closed. */
export interface LiveQuery extends PreparedQuery, PullReport, Disposable {
  close(): void;
}
