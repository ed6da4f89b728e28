/** With these a program of the benchmarks starts as the command does. */
export const commandFlags = [
  '--optimize-for-size',
  '--import',
  import.meta.resolve('@varve/core/quick-imports'),
];
