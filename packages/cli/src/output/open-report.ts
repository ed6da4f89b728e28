import { closeSync, openSync, writeSync } from 'node:fs';
import { fileError } from '@varve/core/internal';
import { VarveError } from '@varve/schema';

/** What was done of one archive: its path, a state, and the problem of one that failed. */
export interface ReportLine {
  readonly path: string;
  readonly state: string;
}

/** A report while it is written: a line of JSON for each archive, there as soon as the archive is done. */
export interface OpenReport extends Disposable {
  add(line: ReportLine): void;
}

/** Begins a report, in the place of an earlier one. A path that cannot be written is found out here, before the work. */
export function openReport(path: string): OpenReport {
  let file: number;
  try {
    file = openSync(path, 'w');
  } catch (cause) {
    throw noReport(path, cause);
  }
  return {
    add: (line) => {
      try {
        writeSync(file, `${renderLine(line)}\n`);
      } catch (error) {
        throw fileError(error, path, 'write');
      }
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}

/** These end a line for readers of lines, in JSON as Node.js writes it they do not: a file name may hold them. */
function renderLine(line: ReportLine): string {
  return JSON.stringify(line).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

export function noReport(path: string, cause: unknown): VarveError {
  return new VarveError('USAGE', `this cannot be the report: ${String(cause)}`, {
    path,
    hint: 'name the report of an earlier run, or a new file in a folder that can be written',
    cause,
  });
}
