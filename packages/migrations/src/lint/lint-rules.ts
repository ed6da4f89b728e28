import { dataLoss } from './rules/data-loss.ts';
import { doubleQuotedLiteral } from './rules/double-quoted-literal.ts';
import { lostAction } from './rules/lost-action.ts';
import { mayFail } from './rules/may-fail.ts';
import { missingParent } from './rules/missing-parent.ts';
import { nonDeterministic } from './rules/non-deterministic.ts';
import { notInPlace } from './rules/not-in-place.ts';
import { rebuildDrops } from './rules/rebuild-drops.ts';
import { rebuildUnderChildren } from './rules/rebuild-under-children.ts';
import { rename } from './rules/rename.ts';
import { transactionControl } from './rules/transaction-control.ts';

/** Every rule, in the order of docs/lint.md. */
export const lintRules = [
  dataLoss,
  mayFail,
  missingParent,
  nonDeterministic,
  doubleQuotedLiteral,
  lostAction,
  rename,
  rebuildDrops,
  rebuildUnderChildren,
  notInPlace,
  transactionControl,
] as const;

/** `bad-allow` is a comment that allows nothing: without a reason, or for a rule that does not exist. */
export type LintCode = (typeof lintRules)[number]['code'] | 'bad-allow';
