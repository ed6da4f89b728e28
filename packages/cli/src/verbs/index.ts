export { verbs } from './registry.ts';
