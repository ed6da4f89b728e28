import { Presets, SingleBar } from 'cli-progress';

export interface ProgressBar {
  update(done: number, total: number): void;
  close(): void;
}

const silent: ProgressBar = { update: () => {}, close: () => {} };

export function openProgressBar(label: string, isVisible: boolean): ProgressBar {
  if (!isVisible) return silent;
  const format = `${label} {bar} {value}/{total} · {eta_formatted} left`;
  const bar = new SingleBar({ format, hideCursor: true, clearOnComplete: true }, Presets.rect);
  bar.start(0, 0);
  return {
    update(done, total) {
      bar.setTotal(total);
      bar.update(done);
    },
    close: () => bar.stop(),
  };
}
