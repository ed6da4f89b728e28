import type { Step } from '../lens/index.ts';
import { keywordOf, nameKey, rowChangeOf } from '../sql/index.ts';
import { onceFor } from './once-for.ts';

const counters = 'sqlite_sequence';
const mention = new RegExp(`\\b${counters}\\b`, 'gi');
const ofRows = new Set(['INSERT', 'REPLACE', 'UPDATE', 'DELETE']);

/** In which order the counters stand depends on the way that they were made. */
const ofOrder = /\b(LIMIT|OVER|group_concat|string_agg|rowid|oid|_rowid_)\b/i;

/** Whether a statement about rows reads or sets what SQLite counts for AUTOINCREMENT. */
export const asksForCounters: (step: Step) => boolean = onceFor(({ statement: { text, tokens } }) => {
  return ofRows.has(keywordOf(tokens[0])) && withoutCounters(text) !== text && !ofOrder.test(text);
});

/** Whether it changes nothing else. */
export function isOfCounters(step: Step): boolean {
  const change = asksForCounters(step) ? rowChangeOf(step.statement) : undefined;
  return change !== undefined && change !== 'any' && nameKey(change.table) === counters;
}

export function withoutCounters(text: string): string {
  return text.replaceAll(mention, '');
}

/** By name key, under all the names that they have on the way, the tables that have a counter. */
export function countedNames(steps: readonly Step[]): ReadonlySet<string> {
  const shapes = new Set(steps.flatMap(({ before, after }) => [before, after]));
  const objects = new Set([...shapes].flatMap((shape) => shape.objects));
  const counted = [...objects].filter(({ type, sql }) => type === 'table' && /\bAUTOINCREMENT\b/i.test(sql));
  return new Set(counted.map(({ name }) => nameKey(name)));
}
