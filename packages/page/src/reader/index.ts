export { type FoundSession, type QueryAnswer, type QueryLimits, Reader } from './reader.ts';
