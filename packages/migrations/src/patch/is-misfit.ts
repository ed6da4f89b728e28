import { nameKey } from '../sql/index.ts';
import type { Patch } from './patch.ts';

const finding = /^(?:CHECK constraint failed in|NULL value in) (.*)$/;

/** Whether what `quick_check` finds in a patched file is a row that does not fit: a replay would stop there, and says so. */
export function isMisfit(message: string, { demanding }: Pick<Patch, 'demanding'>): boolean {
  const place = nameKey(finding.exec(message)?.[1] ?? '');
  return [...demanding].some((table) => place === table || place.startsWith(`${table}.`));
}
