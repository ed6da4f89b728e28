import type { LogFormat, LogIdentity } from './format/index.ts';
import type { LogFile, LogSample } from './log/index.ts';

/** Written by this release: sessions that another one imported are imported anew when their logs change. */
export const importerVersion = '7';

export interface FamilyFile extends LogFile {
  readonly sample: LogSample;
  readonly format: LogFormat;
  readonly identity: LogIdentity;
  /** Of what belongs to the log and lies beside it, when it was found. */
  readonly beside?: string | undefined;
}

/** Another one makes of a log other rows. */
export function identityOf({ identity, beside }: FamilyFile): string {
  return JSON.stringify([identity, beside]);
}
