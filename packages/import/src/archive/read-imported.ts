import { openArchive } from '@varve/core';
import { standardLineage } from '@varve/migrations';
import { sessions, sources } from '@varve/schema';
import type { SourceRow } from './rows.ts';

/** What an archive says of how it was imported. */
export interface ImportedArchive {
  /** The logs that it was made of; none for a session that was recorded. */
  readonly sources: readonly SourceRow[];
  readonly parents: ParentFacts;
  readonly endedAtMs?: number | null;
  /** Of all tables but the session's own. */
  readonly rows: number;
}

export interface ParentFacts {
  readonly parentSessionId: string | null;
  readonly parentCallSeq: number | null;
  readonly parentToolCallId: string | null;
}

const tables = ['messages', 'model_calls', 'tool_calls', 'intermediate_results', 'outputs', 'sources'];
const countRows = `SELECT ${tables.map((table) => `(SELECT count(*) FROM ${table})`).join(' + ')}`;

/** Undefined for a file that is no archive of the standard tables. */
export function readImported(path: string): ImportedArchive | undefined {
  try {
    using archive = openArchive(path, { lineage: standardLineage });
    const { parentSessionId, parentCallSeq, parentToolCallId, endedAtMs } = sessions;
    const [session] = archive.db
      .select({ parentSessionId, parentCallSeq, parentToolCallId, endedAtMs })
      .from(sessions)
      .all();
    if (!session) return undefined;
    const { endedAtMs: ended, ...parents } = session;
    const rows = archive.sqlite.prepare<[], number>(countRows).pluck().get() ?? 0;
    return { sources: archive.db.select().from(sources).all(), parents, endedAtMs: ended, rows };
  } catch {
    return undefined;
  }
}
