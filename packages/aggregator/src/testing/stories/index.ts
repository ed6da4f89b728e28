import { effects } from './effects.ts';
import { ofJson } from './json.ts';
import { names } from './names.ts';
import { ofOtherTools } from './of-other-tools.ts';
import { queries } from './queries.ts';
import { shapesOfTables } from './shapes-of-tables.ts';

export type { Story } from './story.ts';

/** Statements that occur in public lineages and that no generator of ours makes. */
export const stories = [...shapesOfTables, ...names, ...queries, ...effects, ...ofOtherTools, ...ofJson];
