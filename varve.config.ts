// So that `npx pnpm varve` finds the demo's lineage from the root of the clone.
export { default } from './examples/dependency-auditor/varve.config.ts';
