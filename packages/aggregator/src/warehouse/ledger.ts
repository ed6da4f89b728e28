import { archiveIdOf } from '../find/index.ts';
import type { StagedArchive } from '../stage/index.ts';

/** An archive's row in the ledger; `id` and numbers as text, since they may be beyond what JavaScript counts exactly. */
export const ledgerColumns = [
  'id',
  'path',
  'size_bytes',
  'mtime_ms',
  'etag',
  'session_id',
  'version',
  'rows',
  'strategy',
  'state',
  'error_code',
  'error_message',
  'error_hint',
  'read_at_ms',
  'head',
] as const;

/** In the order of `ledgerColumns`. */
export function ledgerRow(
  { file, version, rows, strategy, state, sessionId, problem }: StagedArchive,
  head: string,
): unknown[] {
  return [
    String(archiveIdOf(file.path)),
    file.path,
    file.sizeBytes,
    file.mtimeMs,
    file.etag ?? '',
    sessionId,
    version,
    rows,
    strategy,
    state,
    problem?.code ?? null,
    problem?.message ?? null,
    problem?.hint ?? null,
    Date.now(),
    head,
  ];
}

/** An id that no two sessions share by chance; others, as 1 or `main`, say nothing. */
export const uuidPattern = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';
