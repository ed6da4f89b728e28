import { Presets, SingleBar } from 'cli-progress';

export interface ProgressBar extends Disposable {
  readonly update: (progress: { readonly done: number; readonly total: number }) => void;
}

const unseen: ProgressBar = { update: () => {}, [Symbol.dispose]: () => {} };

/** Draws on stderr at each update, also while SQLite keeps the event loop from its timers; removes what it drew. */
export function openProgressBar(label: string, isVisible: boolean): ProgressBar {
  if (!isVisible) return unseen;
  const format = `${label} {bar} {value}/{total} · {eta_formatted} left`;
  const bar = new SingleBar({ format, hideCursor: true, clearOnComplete: true }, Presets.rect);
  bar.start(0, 0);
  return {
    update({ done, total }) {
      bar.setTotal(total);
      bar.update(done);
    },
    [Symbol.dispose]: () => bar.stop(),
  };
}
