import { LiveSessions, type LiveSessionsOptions } from '@varve/core/internal';
import { isAbort } from './run-facts.ts';
import { isInterrupt, RunRecorder, type StandardTables } from './run-recorder.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What is known of a run that has begun. */
interface KnownRun {
  /** The run that is the session. */
  readonly rootId: string;
  readonly kind: 'chain' | 'model' | 'tool';
}

/** The runs that are under way, each of the session that the outermost of them is. */
export class RunSessions {
  readonly #sessions: LiveSessions<StandardTables>;
  readonly #tables: Partial<StandardTables>;
  readonly #agentName: string | undefined;
  readonly #runs = new Map<string, KnownRun>();
  readonly #recorders = new Map<string, RunRecorder>();

  constructor(options: LiveSessionsOptions<StandardTables>, agentName: string | undefined) {
    this.#sessions = new LiveSessions(options);
    this.#tables = options.lineage.tables;
    this.#agentName = agentName;
  }

  flush(): Promise<void> {
    return this.#sessions.flush();
  }

  start(
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

  end(
    runId: string,
    status: 'completed' | 'failed',
    work: (recorder: RunRecorder, isRoot: boolean) => void,
    error?: unknown,
  ): Promise<void> | undefined {
    const run = this.#runs.get(runId);
    this.#runs.delete(runId);
    if (!run) return undefined;
    const isRoot = run.rootId === runId;
    const recorder = this.#recorders.get(run.rootId);
    if (recorder) this.#sessions.attempt(() => work(recorder, isRoot));
    if (!isRoot) return undefined;
    this.#recorders.delete(runId);
    const isCutShort = recorder?.isInterrupted || isInterrupt(error) || isAbort(error);
    return this.#sessions.end(runId, isCutShort ? 'interrupted' : status);
  }

  recorderOf(runId: string): RunRecorder | undefined {
    const run = this.#runs.get(runId);
    return run && this.#recorders.get(run.rootId);
  }
}
