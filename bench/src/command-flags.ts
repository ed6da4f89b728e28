/** With these a program of the benchmarks starts as the command does. */
export const commandFlags = [
  '--semi-space-growth-factor=1',
  '--import',
  import.meta.resolve('@varve/core/quick-imports'),
];
