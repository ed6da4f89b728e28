import type { LogFormat } from './format/index.ts';
import type { LogFile } from './log/index.ts';

/** Leaves out the files that are read with another one, which is a log; not those that were asked for by their names. */
export function leaveOutBeside(files: readonly LogFile[], formats: readonly LogFormat[]): readonly LogFile[] {
  const paths = files.map(({ path }) => path);
  const beside = formats.map((format) => format.filesBeside?.(paths));
  return files.filter(({ path, isNamed }) => isNamed || !beside.some((read) => read?.has(path)));
}
