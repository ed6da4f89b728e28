import { decisions } from './decisions.ts';
import { intermediateResults } from './intermediate-results.ts';
import { messages } from './messages.ts';
import { modelCalls } from './model-calls.ts';
import { outputs } from './outputs.ts';
import { sessions } from './sessions.ts';
import { sources } from './sources.ts';
import { toolCalls } from './tool-calls.ts';

/** The tables that `standardLinks` joins. */
export const linkedTables = {
  sessions,
  messages,
  modelCalls,
  decisions,
  toolCalls,
  intermediateResults,
  outputs,
  sources,
};
