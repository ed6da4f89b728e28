import type { Product } from '../product.ts';
import { courier } from './courier.ts';
import { gardener } from './gardener.ts';
import { hoarder } from './hoarder.ts';
import { jotter } from './jotter.ts';
import { librarian } from './librarian.ts';
import { mason } from './mason.ts';
import { recorder } from './recorder.ts';
import { translator } from './translator.ts';
import { watcher } from './watcher.ts';

/** Products whose migrations are written by hand, each of a kind that chance does not come to. */
export const written: readonly Product[] = [
  gardener,
  recorder,
  watcher,
  librarian,
  translator,
  mason,
  hoarder,
  jotter,
  courier,
];
