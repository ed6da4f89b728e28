import { Presets, SingleBar } from 'cli-progress';
import { type Progress, renderPace } from './render-pace.ts';

export interface ProgressBar extends Disposable {
  readonly update: (progress: Progress) => void;
}

const unseen: ProgressBar = { update: () => {}, [Symbol.dispose]: () => {} };

/**
 * Draws on stderr from the first update on, at each one, also while SQLite keeps the event loop from its timers.
 * Removes what it drew.
 */
export function openProgressBar(label: string, isVisible: boolean): ProgressBar {
  if (!isVisible) return unseen;
  const format = `${label} {bar} {value}/{total} · {pace}`;
  // The terminal's own settings stay, so that Ctrl-C has nothing to restore.
  const bar = new SingleBar(
    { format, clearOnComplete: true, hideCursor: false, linewrap: true },
    Presets.rect,
  );
  const startedMs = performance.now();
  return {
    update(progress) {
      const pace = renderPace(progress, performance.now() - startedMs);
      if (bar.isActive) bar.update(progress.done, { pace });
      else bar.start(progress.total, progress.done, { pace });
    },
    [Symbol.dispose]: () => bar.stop(),
  };
}
