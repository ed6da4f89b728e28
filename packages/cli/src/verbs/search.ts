import { type SearchHit, searchUnified } from '@varve/aggregator';
import { type Command, InvalidArgumentError } from 'commander';
import { defineVerb } from '../command/index.ts';
import { escapeControls } from '../output/index.ts';

export function defineSearch(command: Command): void {
  command.option('--limit <count>', 'how many hits at most', parseLimit, 20);
  defineVerb<{ limit: number }>(command, (_context, [view = '', ...words], { limit }) => {
    const hits = searchUnified(view, words.join(' '), { limit });
    return { json: hits, text: () => hits.map(renderHit).join('\n') || 'nothing found' };
  });
}

function parseLimit(text: string): number {
  const limit = /^\d+$/.test(text) ? Number(text) : 0;
  if (limit > 0) return limit;
  throw new InvalidArgumentError('give a number of hits, from 1 up');
}

function renderHit({ table, sessionId, archive, snippet }: SearchHit): string {
  const where = `${table} in session ${sessionId ?? 'unknown'}, ${archive}`;
  return `${escapeControls(where)}\n  ${escapeControls(snippet.replaceAll(/\s+/g, ' '))}`;
}
