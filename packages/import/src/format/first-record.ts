import { hash } from 'node:crypto';
import type { LogSample } from '../log/index.ts';

/** What a log that tells no id shares with its copies and what it was once, whatever their names. */
export function firstRecordOf({ values: [first] }: LogSample): string {
  return `begins ${hash('sha256', JSON.stringify(first) ?? '', 'base64')}`;
}
