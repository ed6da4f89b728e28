import type { GenAiRows } from '@varve/schema';
import type { MapContext } from './contract.ts';
import type { ResourceSpan } from './otlp-spans.ts';

/** A span with the record in which it stands. */
export interface ToldSpan {
  readonly it: ResourceSpan;
  readonly rows: GenAiRows;
  /** SHA-256 of the record. */
  readonly digest: string;
  /** Of the record. */
  readonly sizeBytes: number;
  /** What of that is the span's, about. */
  readonly ownBytes: number;
}

export interface Waiting extends ToldSpan {
  /** Of the log in which it stands. */
  readonly context: MapContext;
}

/** A span that waits as it is kept: what it stands for can be told from it again. */
export type KeptSpan = Omit<ToldSpan, 'rows'> & {
  /** Of the log in which it stands. */
  readonly path: string;
};
