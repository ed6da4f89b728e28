import { tokenizeSql } from '../sql/index.ts';

/** A comment `-- varve-allow RULE: reason` in a migration. */
export interface Allowance {
  readonly rule: string;
  /** Empty when none is given; then nothing is allowed. */
  readonly reason: string;
  readonly line: number;
}

export function readAllowances(sql: string): Allowance[] {
  return [...tokenizeSql(sql)].flatMap((token) => {
    const match =
      token.kind === 'comment' && /^--\s*varve-allow\s+([^\s:]+)\s*:?\s*(.*)$/.exec(token.text.trimEnd());
    return match ? [{ rule: match[1] ?? '', reason: match[2] ?? '', line: lineAt(sql, token.start) }] : [];
  });
}

/** The line of a place in a text, from 1. */
export function lineAt(sql: string, place: number): number {
  return sql.slice(0, place).split('\n').length;
}
