import { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import type { Serialized } from '@langchain/core/load/serializable';
import { type BaseMessage, HumanMessage } from '@langchain/core/messages';
import type { LLMResult } from '@langchain/core/outputs';
import { LiveSessions, type LiveSessionsOptions } from '@varve/core/internal';
import { type Lineage, standardLineage } from '@varve/migrations';
import { isAbort, nameOf, parsed, recordAnswer, resultOf } from './run-facts.ts';
import { isInterrupt, RunRecorder, type StandardTables } from './run-recorder.ts';

export interface RecordRunsOptions extends Omit<LiveSessionsOptions<StandardTables>, 'lineage'> {
  /** A lineage with the standard tables, or some of them; unless given, the standard lineage. */
  readonly lineage?: Lineage<StandardTables>;
  /** The agent of a session; unless given, the name of its graph. */
  readonly agentName?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** What is known of a run that has begun. */
interface KnownRun {
  /** The run that is the session. */
  readonly rootId: string;
  readonly kind: 'chain' | 'model' | 'tool';
}

/**
 * Records the runs of LangGraph and LangChain into session files, given as one of a run's `callbacks`, or by
 * `recordRuns` to all of them. A run that no other started is a session, and its `thread_id` the conversation: what was
 * said, calls of models with their usage, calls of tools and of retrievers, and the nodes, those of subgraphs by their
 * path. It is sealed when the run ends, as `interrupted` when that waits for somebody; what is open when the process exits
 * is sealed then. It never throws into the agent: what cannot be recorded is for `onRecordError`.
 */
export class VarveCallbackHandler extends BaseCallbackHandler {
  readonly name = 'varve';
  readonly #sessions: LiveSessions<StandardTables>;
  readonly #tables: Partial<StandardTables>;
  readonly #agentName: string | undefined;
  readonly #runs = new Map<string, KnownRun>();
  readonly #recorders = new Map<string, RunRecorder>();

  constructor(options: RecordRunsOptions) {
    super({ raiseError: false, _awaitHandler: true });
    // In the order of what happens, and before the process ends.
    this.awaitHandlers = true;
    const lineage = options.lineage ?? standardLineage;
    this.#sessions = new LiveSessions({ ...options, lineage });
    this.#tables = lineage.tables;
    this.#agentName = options.agentName;
  }

  /** What was recorded is on the disk, and sessions that have ended are sealed, when it resolves. It never rejects. */
  flush(): Promise<void> {
    return this.#sessions.flush();
  }

  override handleChainStart(...args: Parameters<NonNullable<BaseCallbackHandler['handleChainStart']>>): void {
    // LangChain's types name these otherwise than it calls them.
    const [chain, , runId, parentRunId, tags, metadata = {}, , runName] = args as unknown as [
      ...[chain: Serialized, inputs: unknown, runId: string, parentRunId?: string, tags?: string[]],
      ...[metadata?: Fields, runType?: string, runName?: string],
    ];
    const name = runName ?? nameOf(chain, 'LangGraph');
    this.#start('chain', { runId, parentRunId, metadata, name }, (recorder) => {
      const isNode = metadata.langgraph_node === name && !tags?.includes('langsmith:hidden');
      if (isNode) recorder.beginNode({ runId, metadata });
    });
  }

  override handleChainEnd(outputs: unknown, runId: string): void {
    this.#end(runId, 'completed', (recorder, isRoot) => {
      recorder.endNode(runId);
      if (isRoot) recordAnswer(recorder, outputs);
    });
  }

  override handleChainError(error: unknown, runId: string): void {
    this.#end(runId, 'failed', (recorder) => recorder.endNode(runId, error), error);
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
    this.#start('model', { runId, parentRunId, metadata, name }, (recorder) => {
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
    this.#start('model', { runId, parentRunId, metadata, name }, (recorder) => {
      const messages = prompts.map((prompt) => new HumanMessage(prompt));
      recorder.beginModelCall({ runId, metadata }, 'text_completion', messages, extraParams);
    });
  }

  override handleLLMNewToken(_token: string, _at: unknown, runId: string): void {
    this.#recorderOf(runId)?.noteToken(runId);
  }

  override handleLLMEnd(output: LLMResult, runId: string): void {
    this.#end(runId, 'completed', (recorder) => recorder.endModelCall(runId, output));
  }

  override handleLLMError(error: unknown, runId: string): void {
    this.#end(runId, 'failed', (recorder) => recorder.failCall(runId, error), error);
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
    this.#start('tool', { runId, parentRunId, metadata, name }, (recorder) => {
      recorder.beginTool({ runId, metadata }, name, parsed(input), toolCallId);
    });
  }

  override handleToolEnd(output: unknown, runId: string): void {
    this.#end(runId, 'completed', (recorder) => recorder.endTool(runId, resultOf(output)));
  }

  override handleToolError(error: unknown, runId: string): void {
    this.#end(runId, 'failed', (recorder) => recorder.failCall(runId, error), error);
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
    this.#start('tool', { runId, parentRunId, metadata, name }, (recorder) => {
      recorder.beginTool({ runId, metadata }, name, { query }, undefined);
    });
  }

  override handleRetrieverEnd(documents: unknown, runId: string): void {
    this.#end(runId, 'completed', (recorder) => recorder.endTool(runId, documents));
  }

  override handleRetrieverError(error: unknown, runId: string): void {
    this.#end(runId, 'failed', (recorder) => recorder.failCall(runId, error), error);
  }

  #start(
    kind: KnownRun['kind'],
    run: { runId: string; parentRunId: string | undefined; metadata: Fields; name: string },
    work: (recorder: RunRecorder) => void,
  ): void {
    this.#sessions.attempt(() => {
      const { runId, parentRunId, metadata, name } = run;
      const rootId = (parentRunId && this.#runs.get(parentRunId)?.rootId) || runId;
      this.#runs.set(runId, { rootId, kind });
      if (rootId === runId) this.#open(runId, name, metadata);
      const recorder = this.#recorders.get(rootId);
      if (recorder) work(recorder);
    });
  }

  #open(rootId: string, name: string, { thread_id: threadId, ls_provider, ls_model_name }: Fields): void {
    const session = this.#sessions.open(rootId, () => {
      return {
        agentName: this.#agentName ?? name,
        ...(threadId !== undefined && { conversationId: String(threadId) }),
        ...(typeof ls_provider === 'string' && { providerName: ls_provider }),
        ...(typeof ls_model_name === 'string' && { requestModel: ls_model_name }),
        metadata: { runId: rootId },
      };
    });
    if (session) this.#recorders.set(rootId, new RunRecorder(session, this.#tables));
  }

  #end(
    runId: string,
    status: 'completed' | 'failed',
    work: (recorder: RunRecorder, isRoot: boolean) => void,
    error?: unknown,
  ): void {
    const run = this.#runs.get(runId);
    this.#runs.delete(runId);
    if (!run) return;
    const isRoot = run.rootId === runId;
    const recorder = this.#recorders.get(run.rootId);
    if (recorder) this.#sessions.attempt(() => work(recorder, isRoot));
    if (!isRoot) return;
    this.#recorders.delete(runId);
    const isCutShort = recorder?.isInterrupted || isInterrupt(error) || isAbort(error);
    this.#sessions.end(runId, isCutShort ? 'interrupted' : status);
  }

  #recorderOf(runId: string): RunRecorder | undefined {
    const run = this.#runs.get(runId);
    return run && this.#recorders.get(run.rootId);
  }
}
