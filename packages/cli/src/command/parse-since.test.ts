import { expect, it } from 'vitest';
import { parseSince } from './parse-since.ts';

it('reads dates and ages', () => {
  const nowMs = Date.parse('2026-11-26T12:00:00Z');
  const since = (text: string) => new Date(parseSince(text, nowMs)).toISOString();
  expect(since('2026-11-01')).toBe('2026-11-01T00:00:00.000Z');
  expect(since('2026-11-01T10:00:00Z')).toBe('2026-11-01T10:00:00.000Z');
  expect(since('36h')).toBe('2026-11-25T00:00:00.000Z');
  expect(since('30d')).toBe('2026-10-27T12:00:00.000Z');
  expect(since('2w')).toBe('2026-11-12T12:00:00.000Z');
});

it.each(['yesterday', '12', '3y', ''])('refuses %j', (text) => {
  expect(() => parseSince(text)).toThrow('give a date');
});
