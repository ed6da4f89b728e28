import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Problem } from '@varve/aggregator';
import { type ErrorCode, errorCodes } from '@varve/schema';
import { z } from 'zod';
import { noReport } from './open-report.ts';

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
    if (failure) throw noReport(path, failure);
    try {
      const { problem } = lineSchema.parse(JSON.parse(line));
      if (problem) problems.push(problem);
      lineCount++;
    } catch (cause) {
      failure = cause;
    }
  }
  // A full disk or a power failure cuts the last line of several short.
  if (failure && lineCount === 0) throw noReport(path, failure);
  return problems;
}
