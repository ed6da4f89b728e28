import type { Lineage } from '@varve/migrations';
import type { Selection } from '../find/index.ts';
import type { Problem, WorkOptions, WorkReport } from '../work/index.ts';
import type { Partitioning } from './export-partitions.ts';

export interface ExportArchivesOptions extends Selection, WorkOptions<ExportedArchive> {
  readonly lineage: Lineage;
  /** A folder, made where there is none, or `s3://bucket/prefix`. */
  readonly into: string;
  readonly partitionBy?: Partitioning;
  /** Tables of head; all of them unless given. */
  readonly tables?: readonly string[];
  /** How many bytes of archives share a file of each table and partition: 8 GiB unless given. A killed export does so many again. */
  readonly batchBytes?: number;
  /** How many bytes of archives lie on the disk as rows at once: 1 GiB unless given. */
  readonly stageBytes?: number;
  /** A file that has reached this size ends, and another goes on: 256 MiB unless given. */
  readonly fileBytes?: number;
  /** Told of each archive when the files with its rows are there. */
  readonly onFile?: (archive: ExportedArchive) => void;
}

export interface ExportedArchive {
  readonly path: string;
  /** `current`: its rows were there from an earlier export. */
  readonly state: 'exported' | 'current' | 'failed';
  readonly rows: number;
  readonly problem?: Problem;
}

export interface ExportArchivesReport extends WorkReport {
  /** Keys below `into`, in the order in which they were written. */
  readonly written: readonly string[];
  /** Files of an earlier export whose archives are the same. */
  readonly unchanged: readonly string[];
  /** Files of an earlier export that no archive is in any more. */
  readonly removed: readonly string[];
  readonly archives: number;
  readonly rows: number;
}
