import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from '@tanstack/virtual-core';
import { useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

export interface VirtualOptions {
  readonly count: number;
  /** Of a row, in pixels, unless it is measured. */
  readonly size: number;
  readonly overscan?: number;
  /** What stays on top of the rows, within what scrolls, in pixels. */
  readonly top?: number;
}

/** TanStack's virtual list in Preact: only the rows that can be seen are in the document. */
export function useVirtual({ count, size, overscan = 8, top = 0 }: VirtualOptions) {
  const scroller = useRef<HTMLDivElement>(null);
  const [, rerender] = useReducer((n: number, _: undefined) => n + 1, 0);
  const options: VirtualizerOptions<HTMLDivElement, HTMLElement> = {
    count,
    overscan,
    scrollMargin: top,
    scrollPaddingStart: top,
    getScrollElement: () => scroller.current,
    estimateSize: () => size,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => rerender(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, size]);
  return { scroller, virtualizer, items: virtualizer.getVirtualItems(), height: virtualizer.getTotalSize() };
}
