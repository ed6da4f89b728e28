/**
 * Errors without the tables: for what must start at once, and needs no ORM.
 *
 * @packageDocumentation
 */
export { type ErrorCode, errorCodes } from './error-codes.ts';
export { VarveError, type VarveErrorOptions } from './varve-error.ts';
