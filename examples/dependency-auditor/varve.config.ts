import { lineage } from './src/lineage.ts';

/** Lets the `varve` command, run in this folder, find the lineage. */
export default { lineage };
