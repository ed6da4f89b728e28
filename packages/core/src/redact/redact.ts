/** Where a value stands: the table's name, the column's key, then the path inside its JSON. */
export type RedactPath = readonly (string | number)[];

/**
 * Gives what is stored in place of a value: the value itself, or less. It is asked about each value of a row, from the
 * outside in; what it replaces is not looked into.
 */
export type Redact = (path: RedactPath, value: unknown) => unknown;

/** What the ready rules store in place of what they take out. */
export const redactedMark = '[redacted]';

/**
 * One rule of several: each sees what the one before it left.
 *
 * @example
 * import { redactBy, redactKeys, redactTokens } from '@varve/core';
 *
 * const redact = redactBy(redactKeys, redactTokens, (path, value) => (path.at(-1) === 'iban' ? null : value));
 * console.log(redact(['tool_calls', 'arguments', 'apiKey'], 'abc')); // [redacted]
 */
export function redactBy(...rules: readonly Redact[]): Redact {
  return (path, value) => rules.reduce((left, rule) => rule(path, left), value);
}
