import type { ArchiveDraft } from '@varve/core/internal';
import type { SessionWriter } from './archive/index.ts';
import type { LogFormat } from './format/index.ts';

export interface OpenSession {
  readonly name: string;
  readonly writer: SessionWriter;
  readonly draft: ArchiveDraft | undefined;
  readonly path: string;
  /** Where the archive would be, had no other log taken the id. */
  readonly plainPath: string;
  readonly format: LogFormat;
  /** The logs it was read from, in the order in which they were. */
  logs: ReadonlySet<string>;
}

/** What is kept of one that is finished: there may be any number of them. */
export interface FinishedSession {
  readonly name: string;
  readonly rows: number;
  readonly logs: ReadonlySet<string>;
}
