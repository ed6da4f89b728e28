import fc from 'fast-check';
import { inject } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of the samples that the laws are held against; undefined for others each time. */
    readonly seed: number | undefined;
  }
}

const seed = inject('seed');
fc.configureGlobal(seed === undefined ? {} : { seed });
