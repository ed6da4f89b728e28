/**
 * What the other varve packages need of this one. Not for users: it changes without notice.
 *
 * @packageDocumentation
 */
export { decodeColumn, decodeColumn1 } from './decode-column.ts';
export { drizzleExport, type IsDrizzle1, isDrizzle1 } from './drizzle-major.ts';
export { type PlainCheck, plainChecks } from './plain-checks.ts';
