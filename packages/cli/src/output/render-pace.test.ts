import { expect, it } from 'vitest';
import { renderPace } from './render-pace.ts';

it('tells the rate, the bytes, and the time left by the bytes', () => {
  const progress = { done: 10, total: 1000, bytesDone: 5_000_000, bytesTotal: 20_000_000 };
  expect(renderPace(progress, 2000)).toBe('5 files/s · 5.0 MB of 20 MB · 6 s left');
  expect(renderPace({ ...progress, bytesTotal: 500_000_000 }, 2000)).toContain('3 min 18 s left');
});

it('goes by files where bytes are not known, and promises nothing before the first', () => {
  expect(renderPace({ done: 10, total: 40 }, 1000)).toBe('10 files/s · 3 s left');
  expect(renderPace({ done: 0, total: 40 }, 1000)).toBe('0 files/s · ');
});
