import { Presets, SingleBar } from 'cli-progress';

export interface ProgressBar extends Disposable {
  readonly update: (progress: { readonly done: number; readonly total: number }) => void;
}

const unseen: ProgressBar = { update: () => {}, [Symbol.dispose]: () => {} };

/**
 * Draws on stderr from the first update on, at each one, also while SQLite keeps the event loop from its timers.
 * Removes what it drew.
 */
export function openProgressBar(label: string, isVisible: boolean): ProgressBar {
  if (!isVisible) return unseen;
  const format = `${label} {bar} {value}/{total} · {eta_formatted} left`;
  // The terminal's own settings stay, so that Ctrl-C has nothing to restore.
  const bar = new SingleBar(
    { format, clearOnComplete: true, hideCursor: false, linewrap: true },
    Presets.rect,
  );
  return {
    update({ done, total }) {
      if (bar.isActive) bar.update(done);
      else bar.start(total, done);
    },
    [Symbol.dispose]: () => bar.stop(),
  };
}
