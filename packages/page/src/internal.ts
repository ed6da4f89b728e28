/**
 * Plumbing for varve's own packages. Not covered by semantic versioning: any release may change it.
 *
 * @packageDocumentation
 */
export { type FoundSession, type QueryAnswer, type QueryLimits, Reader } from './reader/index.ts';
