/** With these a program of the benchmarks starts as the command does: its workers get none of V8's flags from it. */
export const commandFlags = [
  '--import',
  import.meta.resolve('@varve/core/quick-imports'),
  '--import',
  import.meta.resolve('./command-memory.ts'),
];
