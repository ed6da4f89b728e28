import { type TraceFacts, unnamed } from './open-trace.ts';

/** Runs that wait for somebody longer than while so many others ended go on in a session without the trace's name. */
const mostTraces = 1000;

/** What the traces that ended last said of themselves: a run may go on after its trace. */
export class EndedTraces {
  readonly #traces = new Map<string, TraceFacts>();

  add(trace: TraceFacts): void {
    this.#traces.delete(trace.traceId);
    this.#traces.set(trace.traceId, trace);
    const [oldest] = this.#traces.keys();
    if (this.#traces.size > mostTraces && oldest !== undefined) this.#traces.delete(oldest);
  }

  get(traceId: string): TraceFacts {
    return this.#traces.get(traceId) ?? { traceId, name: unnamed, groupId: null };
  }
}
