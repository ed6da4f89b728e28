import type { HeldRow, SessionWriter, ToolCallRow } from '../archive/index.ts';
import type { Usage } from './claude-usage.ts';
import { codexUsage } from './codex-outcome.ts';
import { isObject, type JsonObject, objectOf, textOf } from './json-access.ts';

export interface SavedModelCalls {
  /** By their places on the timeline. */
  readonly current: number | undefined;
  readonly last: number | undefined;
  readonly hasUsage: boolean;
  readonly model: string | undefined;
  readonly lastUsage: string | undefined;
  readonly lastResponse: string | undefined;
  readonly hasRecords: boolean;
}

/** The model calls of a rollout, which tells of them only by what they gave, and by what they used. */
export class CodexModelCalls {
  model: string | undefined;
  /** Of a thread made from another one: its first total may be what that one had used. */
  isChild = false;
  #current: HeldRow | undefined;
  #last: HeldRow | undefined;
  #hasUsage: boolean;
  #lastUsage: string | undefined;
  #lastResponse: string | undefined;
  /** Of usage: what events say of it after that is theirs again. */
  #hasRecords: boolean;

  constructor(saved?: SavedModelCalls) {
    this.model = saved?.model;
    this.#hasUsage = saved?.hasUsage ?? true;
    this.#lastUsage = saved?.lastUsage;
    this.#lastResponse = saved?.lastResponse;
    this.#hasRecords = saved?.hasRecords ?? false;
    this.#last = saved?.last === undefined ? undefined : { seq: saved.last };
    this.#current = saved?.current === saved?.last ? this.#last : undefined;
  }

  save(): SavedModelCalls {
    return {
      current: this.#current?.seq,
      last: this.#last?.seq,
      hasUsage: this.#hasUsage,
      model: this.model,
      lastUsage: this.#lastUsage,
      lastResponse: this.#lastResponse,
      hasRecords: this.#hasRecords,
    };
  }

  /** The one whose answer is being told. */
  need(session: SessionWriter, atMs: number): HeldRow {
    this.#current ??= session.modelCall({
      operationName: 'chat',
      providerName: (session.fact('providerName') as string | undefined) ?? 'openai',
      responseModel: this.model ?? null,
      status: 'ok',
      startedAtMs: atMs,
    });
    if (this.#last !== this.#current) {
      this.#last = this.#current;
      this.#hasUsage = false;
    }
    return this.#current;
  }

  /** Its answer is told. */
  close(session: SessionWriter, status?: ToolCallRow['status']): void {
    if (this.#current && status) session.changeModelCall(this.#current, { status });
    this.#current = undefined;
  }

  fail(session: SessionWriter, event: JsonObject, atMs: number): void {
    const kind = textOf(event.codex_error_info) ?? Object.keys(objectOf(event.codex_error_info))[0];
    session.changeModelCall(this.need(session, atMs), {
      status: 'error',
      errorType: kind ?? String(event.type),
      errorMessage: textOf(event.message) ?? null,
    });
    this.close(session);
    this.#hasUsage = true;
  }

  /**
   * The last call's usage, told again with each change of the rate limits; the total is never summed. Where only that is told,
   * the call's is what it has grown by.
   */
  mapUsage(session: SessionWriter, event: JsonObject, atMs: number): string {
    const { last_token_usage, total_token_usage } = objectOf(event.info);
    if (this.isChild && this.#lastUsage === undefined && !isObject(last_token_usage)) {
      this.passOver(event);
      return 'without usage';
    }
    const usage = codexUsage(last_token_usage) ?? grownBy(codexUsage(total_token_usage), this.#lastUsage);
    if (!usage) return 'without usage';
    const key = usageKey(event);
    if (key === this.#lastUsage || this.#hasRecords) return 'usage told again';
    this.#lastUsage = key;
    const told = isObject(last_token_usage) ? { last_token_usage } : { total_token_usage };
    this.#take(session, { ...usage, metadata: JSON.stringify(told) }, atMs);
    return 'told with its model call';
  }

  /** Since summer 2026: one an answer, and told again by the event behind it. */
  mapUsageRecord(session: SessionWriter, record: JsonObject, atMs: number): string {
    const usage = codexUsage(record.usage);
    if (!usage) return 'without usage';
    const responseId = textOf(record.response_id);
    const total = keyOf(record.thread_token_usage);
    const isTold =
      (total !== undefined && total === this.#lastUsage) ||
      (responseId !== undefined && responseId === this.#lastResponse);
    this.#hasRecords = true;
    this.#lastUsage = total ?? this.#lastUsage;
    this.#lastResponse = responseId;
    if (isTold) return 'usage told again';
    const metadata = JSON.stringify({ usage: record.usage });
    this.#take(session, { ...usage, ...(responseId !== undefined && { responseId }), metadata }, atMs);
    return 'told with its model call';
  }

  /** What a copied event has come to may be told again as the first of a fork's own. */
  passOver(payload: JsonObject): void {
    if (payload.type === 'token_count') this.#lastUsage = usageKey(payload) ?? this.#lastUsage;
  }

  #take(
    session: SessionWriter,
    values: Usage & { responseId?: string; metadata: string },
    atMs: number,
  ): void {
    const call = this.#current ?? (this.#hasUsage ? undefined : this.#last) ?? this.need(session, atMs);
    session.changeModelCall(call, values);
    this.#hasUsage = true;
    this.#current = undefined;
    session.settle(call);
  }
}

/** What a usage event has come to by then. */
function usageKey({ info }: JsonObject): string | undefined {
  const { total_token_usage, last_token_usage } = objectOf(info);
  return keyOf(total_token_usage) ?? keyOf(last_token_usage);
}

/** All of a total that has begun anew. */
function grownBy(total: Usage | undefined, before: string | undefined): Usage | undefined {
  if (!total || before === undefined) return total;
  const past = JSON.parse(before) as Readonly<Record<string, number>>;
  const grown = Object.entries(total).map(([key, count]) => [key, count - (past[key] ?? 0)] as const);
  return grown.some(([, count]) => count < 0) ? total : Object.fromEntries(grown);
}

function keyOf(usage: unknown): string | undefined {
  const counts = codexUsage(usage);
  return counts && Object.keys(counts).length > 0 ? JSON.stringify(counts) : undefined;
}
