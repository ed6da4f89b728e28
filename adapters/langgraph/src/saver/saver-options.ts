import type { SerializerProtocol } from '@langchain/langgraph-checkpoint';
import type { Lineage } from '@varve/migrations';
import type { ThreadTables } from '../thread/index.ts';

export interface VarveSaverOptions<TTables extends ThreadTables = ThreadTables> {
  /** The folder of the threads' files; made where it is missing. */
  readonly dir: string;
  /** Where threads are sealed into; unless given, `archives` in the folder of threads. */
  readonly archiveDir?: string;
  /** A lineage that has the tables of `threadLineage`, and may have more; unless given, `threadLineage`. */
  readonly lineage?: Lineage<TTables>;
  /** The agent that a thread's row names; `langgraph` unless given. */
  readonly agentName?: string;
  /** How long a thread that another process writes is waited for, in milliseconds; 5,000 unless given. */
  readonly busyTimeoutMs?: number;
  /** Seals threads that nobody has written for so long, in milliseconds, and looks as often; never unless given. */
  readonly idleMs?: number;
  /** How values become bytes; unless given, LangGraph's own serializer. */
  readonly serde?: SerializerProtocol;
}
