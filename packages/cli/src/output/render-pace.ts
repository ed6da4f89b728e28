import { formatSize } from './format-size.ts';

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly bytesDone?: number;
  readonly bytesTotal?: number;
}

/** How fast work goes and how much time is left: by bytes where they are known, for files differ in size. */
export function renderPace({ done, total, bytesDone, bytesTotal }: Progress, elapsedMs: number): string {
  const share = bytesDone && bytesTotal ? bytesDone / bytesTotal : done / total;
  const secondsLeft = Math.round((elapsedMs / share - elapsedMs) / 1000);
  const left = Number.isFinite(secondsLeft) ? `${renderDuration(secondsLeft)} left` : '';
  const rate = `${Math.round((done * 1000) / Math.max(elapsedMs, 1))} files/s`;
  if (bytesDone === undefined || bytesTotal === undefined) return [rate, left].join(' · ');
  return [rate, `${formatSize(bytesDone)} of ${formatSize(bytesTotal)}`, left].join(' · ');
}

function renderDuration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}
