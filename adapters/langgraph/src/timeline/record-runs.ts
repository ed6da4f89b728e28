import { registerConfigureHook, setContextVariable } from '@langchain/core/context';
import { type RecordRunsOptions, VarveCallbackHandler } from './varve-callback-handler.ts';

/**
 * Records every run of LangGraph and LangChain in this process from now on, where none is under way: see
 * `VarveCallbackHandler`. Call it once, where the process begins.
 *
 * @example
 * ```ts
 * import { RunnableLambda } from '@langchain/core/runnables';
 * import { recordRuns } from '@varve/langgraph';
 *
 * recordRuns({ dir: 'live', archiveDir: 'archives' });
 * console.log(await RunnableLambda.from((name: string) => `Hello, ${name}`).invoke('Ada')); // Hello, Ada
 * ```
 */
export function recordRuns(options: RecordRunsOptions): VarveCallbackHandler {
  const handler = new VarveCallbackHandler(options);
  const contextVar = 'varve_callback_handler';
  registerConfigureHook({ contextVar, inheritable: true });
  setContextVariable(contextVar, handler);
  return handler;
}
