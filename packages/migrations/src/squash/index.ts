export { squashLineage } from './squash-lineage.ts';
