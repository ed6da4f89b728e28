import type { OperationStart } from './telemetry-events.ts';
import { type Start6, start6 } from './version-6.ts';

interface OpenCall {
  readonly start: OperationStart;
  /** Aborted when the call has ended, so that nobody listens to its signal any more. */
  readonly over: AbortController;
  timer?: NodeJS.Timeout;
}

export type EndCall = (callId: string, status: 'interrupted', reason: unknown) => void;

/** The calls of the AI SDK 6 that are under way. It tells neither of errors nor of aborts: those are found out here. */
export class Version6Calls {
  readonly #open = new Map<string, OpenCall>();
  readonly #idleMs: number;
  readonly #end: EndCall;

  constructor(idleMs: number, end: EndCall) {
    this.#idleMs = idleMs;
    this.#end = end;
  }

  start(callId: string, event: Start6): OperationStart {
    const over = new AbortController();
    const { abortSignal } = event;
    const start = start6(callId, event);
    this.#open.set(callId, { start, over });
    const onAbort = () => this.#giveUp(callId, abortSignal?.reason);
    abortSignal?.addEventListener('abort', onAbort, { once: true, signal: over.signal });
    this.touch(callId);
    return start;
  }

  startOf(callId: string): OperationStart {
    return this.#open.get(callId)?.start ?? { callId };
  }

  /** It is alive. */
  touch(callId: string): void {
    const call = this.#open.get(callId);
    if (!call) return;
    clearTimeout(call.timer);
    call.timer = setTimeout(() => this.#giveUp(callId, new Error('nothing was heard of it')), this.#idleMs);
    call.timer.unref();
  }

  finish(callId: string): void {
    const call = this.#open.get(callId);
    this.#open.delete(callId);
    call?.over.abort();
    clearTimeout(call?.timer);
  }

  #giveUp(callId: string, reason: unknown): void {
    this.finish(callId);
    this.#end(callId, 'interrupted', reason);
  }
}
