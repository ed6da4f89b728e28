import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dir = fileURLToPath(new URL('../../../../../shared/data/', import.meta.url));

/** Real logs that are not part of the repository; undefined where they are not there either. */
export const logSamples = existsSync(join(dir, 'agent-logs')) ? dir : undefined;

export const whyNoSamples = 'there are no sample logs at ../shared/data';

/** The real logs of a kind, by a glob below the samples. */
export function findSamples(glob: string): string[] {
  return logSamples === undefined
    ? []
    : globSync(glob, { cwd: logSamples })
        .sort()
        .map((it) => join(logSamples, it));
}
