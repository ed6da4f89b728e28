import { readFileSync } from 'node:fs';
import { VarveError } from '@varve/schema/errors';

/** What a drizzle-kit journal says of a migration. */
export interface JournalEntry {
  readonly tag: string;
  readonly when: number;
}

/** @throws LINEAGE_INVALID */
export function parseJournal(path: string): JournalEntry[] {
  try {
    return readEntries(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new VarveError('LINEAGE_INVALID', 'the migration journal cannot be read', {
      path,
      hint: 'restore meta/_journal.json from version control, then run drizzle-kit check',
      cause,
    });
  }
}

/** By hand: zod takes longer to load than all else that a worker needs. */
function readEntries(journal: unknown): JournalEntry[] {
  const entries: unknown = isRecord(journal) ? journal.entries : undefined;
  if (!Array.isArray(entries)) throw new TypeError('entries: not a list');
  return entries.map((entry: unknown, at) => {
    const { tag, when } = isRecord(entry) ? entry : {};
    if (typeof tag !== 'string' || typeof when !== 'number' || !Number.isFinite(when))
      throw new TypeError(`entries[${at}]: not a tag with the time of its making`);
    return { tag, when };
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
