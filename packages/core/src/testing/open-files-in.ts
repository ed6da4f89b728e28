import { readdirSync, readlinkSync } from 'node:fs';

/** What this process has open in a folder, where the system tells: all else that it has open comes and goes beside a test. */
export function openFilesIn(dir: string): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/fd')
    .map(pathOf)
    .filter((path) => path.startsWith(dir));
}

function pathOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return '';
  }
}
