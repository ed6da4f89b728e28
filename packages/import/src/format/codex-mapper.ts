import { LogClock } from '@varve/core/internal';
import { CodexConversation, type SavedConversation } from './codex-conversation.ts';
import { CodexCopies, type CodexIdentity } from './codex-copies.ts';
import { linesOfDocument } from './codex-document.ts';
import { factsOf, instructionsIn } from './codex-header.ts';
import { type CodexLine, codexLineOf } from './codex-line.ts';
import type { LogMapper, LogRecord, MapContext } from './contract.ts';
import { isObject, type JsonObject, textOf } from './json-access.ts';

export interface SavedCodex extends SavedConversation {
  readonly atMs: number;
}

/** Turns the lines of a rollout into rows. */
export class CodexMapper implements LogMapper {
  readonly #context: MapContext;
  readonly #identity: CodexIdentity;
  readonly #clock: LogClock;
  readonly #copies: CodexCopies;
  #conversation: CodexConversation | undefined;
  #atMs: number;
  #isDocument = false;

  constructor(context: MapContext, identity: CodexIdentity, saved?: SavedCodex) {
    this.#context = context;
    this.#identity = identity;
    this.#clock = new LogClock(context, saved?.atMs);
    this.#atMs = saved?.atMs ?? 0;
    this.#copies = new CodexCopies(context, identity);
    const { starts } = context.family;
    if (!saved) return;
    this.#conversation = new CodexConversation(context.session(identity.id), starts, saved);
    this.#conversation.atMs = saved.atMs;
  }

  map({ value }: LogRecord): string | undefined {
    const lines = linesOfDocument(value);
    if (!lines) return isObject(value) ? this.#map(value) : 'not a record';
    this.#isDocument = true;
    for (const line of lines) this.#map(line);
    return undefined;
  }

  #map(value: JsonObject): string | undefined {
    const line = codexLineOf(value);
    this.#atMs = this.#clock.tick(line?.atMs);
    if (!line) return 'not a record';
    this.#conversation ??= this.#begin();
    this.#conversation.atMs = this.#atMs;
    if (!this.#copies.isCopied(line)) return this.#mapLine(this.#conversation, line);
    this.#conversation.modelCalls.passOver(line.payload);
    return 'copied from the session it was forked from';
  }

  takenBack(): Readonly<Record<string, number>> {
    return this.#conversation?.takenBack() ?? {};
  }

  end(): void {
    this.#conversation?.end();
  }

  /** Not where other logs may hold the same records: to tell, all of them are needed. */
  save(): SavedCodex | undefined {
    const mayBeCopied = this.#context.family.records !== undefined || this.#copies.isChild;
    if (this.#clock.isByFile || this.#isDocument || mayBeCopied || !this.#conversation) return undefined;
    return { atMs: this.#atMs, ...this.#conversation.save() };
  }

  #begin(): CodexConversation {
    const { id, forkedFrom, parent } = this.#identity;
    const { family } = this.#context;
    const session = this.#context.session(id);
    session.describe({
      agentName: 'codex',
      providerName: 'openai',
      ...(parent !== undefined && { parentSessionId: parent }),
      ...(forkedFrom !== undefined && { parentSessionId: forkedFrom, metadata: { forkedFrom } }),
      ...family.starts.get(id),
    });
    const conversation = new CodexConversation(session, family.starts);
    conversation.modelCalls.isChild = this.#copies.isChild;
    return conversation;
  }

  #mapLine(conversation: CodexConversation, { type, payload }: CodexLine): string | undefined {
    const { session, modelCalls } = conversation;
    session.touch(this.#atMs);
    if (type === 'token_usage_record') return modelCalls.mapUsageRecord(session, payload, this.#atMs);
    if (type === 'response_item') return conversation.mapItem(payload);
    if (type === 'event_msg') return conversation.mapEvent(payload);
    if (type === 'session_meta') return this.#mapHeader(conversation, payload);
    if (type === 'turn_context') mapTurn(conversation, payload);
    conversation.keep(type, type, payload);
    return undefined;
  }

  /** The header is the session; what it tells the model is a message. */
  #mapHeader(conversation: CodexConversation, payload: JsonObject): string | undefined {
    if (payload.id !== undefined && payload.id !== this.#identity.id) return 'a header of another session';
    conversation.session.describe(factsOf(payload, this.#atMs));
    const text = instructionsIn(payload);
    if (text) conversation.message('system', [{ type: 'text', content: text }], {});
    else conversation.keep('session_meta', 'session_meta', payload);
    return undefined;
  }
}

function mapTurn({ session, modelCalls }: CodexConversation, { model }: JsonObject): void {
  modelCalls.model = textOf(model) ?? modelCalls.model;
  if (session.fact('requestModel') === undefined && modelCalls.model)
    session.describe({ requestModel: modelCalls.model });
}
