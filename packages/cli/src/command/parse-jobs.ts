import { InvalidArgumentError } from 'commander';

/** Commander's reader of a number of workers; its error becomes a USAGE error. */
export function parseJobs(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('give a number from 1 to 999');
}
