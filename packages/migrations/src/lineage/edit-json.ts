import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Rewrites a JSON file as drizzle-kit writes them; leaves a missing one missing. */
export function editJson(
  path: string,
  edit: (json: Record<string, unknown>) => Record<string, unknown>,
): void {
  if (!existsSync(path)) return;
  const json = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify(edit(json), null, 2));
}

interface JournalEntry {
  readonly tag: string;
}

/** The journal of the flat layout after an edit of its entries. */
export function editEntries(
  journal: Record<string, unknown>,
  edit: (entry: JournalEntry) => readonly JournalEntry[],
): Record<string, unknown> {
  return { ...journal, entries: (journal.entries as readonly JournalEntry[]).flatMap(edit) };
}
