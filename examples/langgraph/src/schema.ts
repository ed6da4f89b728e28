import { threadTables } from '@varve/langgraph';

/** LangGraph's tables, as they come, and the team's own. */
export const { sessions, checkpoints, channelValues, writes } = threadTables;
export { approvals } from './approvals.ts';
