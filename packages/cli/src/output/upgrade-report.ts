import { closeSync, createReadStream, openSync, statSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Problem, UpgradedFile } from '@varve/aggregator';
import { fileError } from '@varve/core/internal';
import { type ErrorCode, errorCodes, VarveError } from '@varve/schema';
import { z } from 'zod';

/** The report of an upgrade while it is written: a line of JSON for each file, there as soon as the file is done. */
export interface OpenUpgradeReport extends Disposable {
  add(file: UpgradedFile): void;
}

/** Begins a report, in the place of an earlier one. A path that cannot be written is found out here, before the work. */
export function openUpgradeReport(path: string): OpenUpgradeReport {
  let file: number;
  try {
    file = openSync(path, 'w');
  } catch (cause) {
    throw reportError(path, cause);
  }
  return {
    add: (upgraded) => {
      try {
        writeSync(file, `${renderLine(upgraded)}\n`);
      } catch (error) {
        throw fileError(error, path, 'write');
      }
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}

/** These end a line for readers of lines, in JSON as Node.js writes it they do not: a file name may hold them. */
function renderLine(file: UpgradedFile): string {
  return JSON.stringify(file).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

const lineSchema = z.object({
  path: z.string(),
  state: z.enum(['upgraded', 'current', 'failed']),
  problem: z
    .object({
      path: z.string(),
      code: z.custom<ErrorCode>((code) => Object.hasOwn(errorCodes, String(code))),
      message: z.string(),
      hint: z.string(),
    })
    .optional(),
});

/**
 * What failed by the report of an earlier run, also of one that was killed; nothing where there is no such file yet.
 *
 * @throws USAGE for a file that is no report
 */
export async function readUpgradeReport(path: string): Promise<Problem[]> {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return [];
  const problems: Problem[] = [];
  let [lineCount, failure]: [number, unknown] = [0, undefined];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (failure) throw reportError(path, failure);
    try {
      const { problem } = lineSchema.parse(JSON.parse(line));
      if (problem) problems.push(problem);
      lineCount++;
    } catch (cause) {
      failure = cause;
    }
  }
  // A full disk or a power failure cuts the last line of several short.
  if (failure && lineCount === 0) throw reportError(path, failure);
  return problems;
}

function reportError(path: string, cause: unknown): VarveError {
  return new VarveError('USAGE', `this cannot be the report: ${String(cause)}`, {
    path,
    hint: 'name the report of an earlier run, or a new file in a folder that can be written',
    cause,
  });
}
