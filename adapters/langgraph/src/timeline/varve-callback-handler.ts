import { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import type { Serialized } from '@langchain/core/load/serializable';
import { type BaseMessage, HumanMessage } from '@langchain/core/messages';
import type { LLMResult } from '@langchain/core/outputs';
import type { LiveSessionsOptions } from '@varve/core/internal';
import { type Lineage, standardLineage } from '@varve/migrations';
import { nameOf, parsed, recordAnswer, resultOf } from './run-facts.ts';
import type { StandardTables } from './run-recorder.ts';
import { RunSessions } from './run-sessions.ts';

export interface RecordRunsOptions extends Omit<LiveSessionsOptions<StandardTables>, 'lineage'> {
  /** A lineage with the standard tables, or some of them; unless given, the standard lineage. */
  readonly lineage?: Lineage<StandardTables>;
  /** The agent of a session; unless given, the name of its graph. */
  readonly agentName?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Records the runs of LangGraph and LangChain into session files, given as one of a run's `callbacks`, or by
 * `recordRuns` to all of them. A run that no other started is a session, and its `thread_id` the conversation: what was
 * said, calls of models with their usage, calls of tools and of retrievers, and the nodes, those of subgraphs by their
 * path. It is sealed when the run ends, as `interrupted` when that waits for somebody; what is open when the process exits
 * is sealed then. It never throws into the agent: what cannot be recorded is for `onRecordError`.
 */
export class VarveCallbackHandler extends BaseCallbackHandler {
  readonly name = 'varve';
  readonly #runs: RunSessions;

  constructor(options: RecordRunsOptions) {
    super({ raiseError: false, _awaitHandler: true });
    // In the order of what happens, and before the process ends.
    this.awaitHandlers = true;
    const lineage = options.lineage ?? standardLineage;
    this.#runs = new RunSessions({ ...options, lineage }, options.agentName);
  }

  /** What was recorded is on the disk, and sessions that have ended are sealed, when it resolves. It never rejects. */
  flush(): Promise<void> {
    return this.#runs.flush();
  }

  override handleChainStart(...args: Parameters<NonNullable<BaseCallbackHandler['handleChainStart']>>): void {
    // LangChain's types name these otherwise than it calls them.
    const [chain, , runId, parentRunId, tags, metadata = {}, , runName] = args as unknown as [
      ...[chain: Serialized, inputs: unknown, runId: string, parentRunId?: string, tags?: string[]],
      ...[metadata?: Fields, runType?: string, runName?: string],
    ];
    const name = runName ?? nameOf(chain, 'LangGraph');
    this.#runs.start('chain', { runId, parentRunId, metadata, name }, (recorder) => {
      const isNode = metadata.langgraph_node === name && !tags?.includes('langsmith:hidden');
      if (isNode) recorder.beginNode({ runId, metadata });
    });
  }

  override handleChainEnd(outputs: unknown, runId: string): Promise<void> | undefined {
    return this.#runs.end(runId, 'completed', (recorder, isRoot) => {
      recorder.endNode(runId);
      if (isRoot) recordAnswer(recorder, outputs);
    });
  }

  override handleChainError(error: unknown, runId: string): Promise<void> | undefined {
    return this.#runs.end(runId, 'failed', (recorder) => recorder.endNode(runId, error), error);
  }

  override handleChatModelStart(
    llm: Serialized,
    messages: BaseMessage[][],
    runId: string,
    parentRunId?: string,
    extraParams?: Fields,
    _tags?: string[],
    metadata: Fields = {},
    runName?: string,
  ): void {
    const name = runName ?? nameOf(llm, 'model');
    this.#runs.start('model', { runId, parentRunId, metadata, name }, (recorder) => {
      recorder.beginModelCall({ runId, metadata }, 'chat', messages.flat(), extraParams);
    });
  }

  override handleLLMStart(
    llm: Serialized,
    prompts: string[],
    runId: string,
    parentRunId?: string,
    extraParams?: Fields,
    _tags?: string[],
    metadata: Fields = {},
    runName?: string,
  ): void {
    const name = runName ?? nameOf(llm, 'model');
    this.#runs.start('model', { runId, parentRunId, metadata, name }, (recorder) => {
      const messages = prompts.map((prompt) => new HumanMessage(prompt));
      recorder.beginModelCall({ runId, metadata }, 'text_completion', messages, extraParams);
    });
  }

  override handleLLMNewToken(_token: string, _at: unknown, runId: string): void {
    this.#runs.recorderOf(runId)?.noteToken(runId);
  }

  override handleLLMEnd(output: LLMResult, runId: string): Promise<void> | undefined {
    return this.#runs.end(runId, 'completed', (recorder) => recorder.endModelCall(runId, output));
  }

  override handleLLMError(error: unknown, runId: string): Promise<void> | undefined {
    return this.#runs.end(runId, 'failed', (recorder) => recorder.failCall(runId, error), error);
  }

  override handleToolStart(
    tool: Serialized,
    input: string,
    runId: string,
    parentRunId?: string,
    _tags?: string[],
    metadata: Fields = {},
    runName?: string,
    toolCallId?: string,
  ): void {
    const name = runName ?? nameOf(tool, 'tool');
    this.#runs.start('tool', { runId, parentRunId, metadata, name }, (recorder) => {
      recorder.beginTool({ runId, metadata }, name, parsed(input), toolCallId);
    });
  }

  override handleToolEnd(output: unknown, runId: string): Promise<void> | undefined {
    return this.#runs.end(runId, 'completed', (recorder) => recorder.endTool(runId, resultOf(output)));
  }

  override handleToolError(error: unknown, runId: string): Promise<void> | undefined {
    return this.#runs.end(runId, 'failed', (recorder) => recorder.failCall(runId, error), error);
  }

  override handleRetrieverStart(
    retriever: Serialized,
    query: string,
    runId: string,
    parentRunId?: string,
    _tags?: string[],
    metadata: Fields = {},
    name = nameOf(retriever, 'retriever'),
  ): void {
    this.#runs.start('tool', { runId, parentRunId, metadata, name }, (recorder) => {
      recorder.beginTool({ runId, metadata }, name, { query }, undefined);
    });
  }

  override handleRetrieverEnd(documents: unknown, runId: string): Promise<void> | undefined {
    return this.#runs.end(runId, 'completed', (recorder) => recorder.endTool(runId, documents));
  }

  override handleRetrieverError(error: unknown, runId: string): Promise<void> | undefined {
    return this.#runs.end(runId, 'failed', (recorder) => recorder.failCall(runId, error), error);
  }
}
