import type { SessionWriter } from '../archive/index.ts';
import { contentParts } from './chat-parts.ts';
import { CodexModelCalls, type SavedModelCalls } from './codex-model-calls.ts';
import { CodexSaid } from './codex-said.ts';
import { CodexThoughts, type SavedThoughts } from './codex-thoughts.ts';
import { CodexToolCalls, codexCallOf, type SavedToolCalls } from './codex-tool-calls.ts';
import type { Family } from './contract.ts';
import { arrayOf, type JsonObject, objectOf, restOf, textOf } from './json-access.ts';

export interface SavedConversation {
  readonly toolCalls: SavedToolCalls;
  readonly modelCalls: SavedModelCalls;
  readonly said: ReadonlyMap<string, number>;
  readonly thoughts: SavedThoughts;
}

const toldWithItem = 'told with its item';

/** What was said in a session of Codex, which goes to the model as items and to the user as events. */
export class CodexConversation {
  readonly session: SessionWriter;
  readonly modelCalls: CodexModelCalls;
  /** Of the line that is being mapped. */
  atMs = 0;
  readonly #starts: Family['starts'];
  readonly #said: CodexSaid;
  readonly #toolCalls: CodexToolCalls;
  readonly #thoughts: CodexThoughts;

  constructor(session: SessionWriter, starts: Family['starts'], saved?: SavedConversation) {
    this.session = session;
    this.#starts = starts;
    this.#said = new CodexSaid(saved?.said);
    this.modelCalls = new CodexModelCalls(saved?.modelCalls);
    this.#toolCalls = new CodexToolCalls(saved?.toolCalls);
    this.#thoughts = new CodexThoughts(saved?.thoughts);
  }

  /** Records that were said to be told by another one, which has not come. */
  takenBack(): Readonly<Record<string, number>> {
    return { [toldWithItem]: this.#thoughts.lateCount };
  }

  /** There are no more lines. */
  end(): void {
    this.#writeThoughts();
    this.modelCalls.close(this.session);
    this.#toolCalls.finish(this.session);
  }

  save(): SavedConversation {
    return {
      toolCalls: this.#toolCalls.save(),
      modelCalls: this.modelCalls.save(),
      said: this.#said.save(),
      thoughts: this.#thoughts.save(),
    };
  }

  mapItem(item: JsonObject): string | undefined {
    const type = String(item.type);
    if (type === 'reasoning') return this.#mapReasoning(item);
    this.#writeThoughts();
    if (type === 'message') return this.#mapMessage(item);
    if (type.endsWith('_output')) return this.#endCall(item);
    if (type.endsWith('_call')) return this.#startCall(item);
    this.keep(type, type, item);
    return undefined;
  }

  #mapMessage(item: JsonObject): string | undefined {
    const role = item.role === 'assistant' ? 'assistant' : item.role === 'user' ? 'user' : 'system';
    const parts = contentParts(item.content);
    if (this.#said.isRepeated(role, textIn(parts), 1)) return 'told by an event before';
    if (role !== 'assistant') this.modelCalls.close(this.session);
    this.message(role, parts, restOf(item, new Set(['type', 'role', 'content', 'id'])), item.id);
    return undefined;
  }

  #mapReasoning(item: JsonObject): string | undefined {
    const told = [...arrayOf(item.summary), ...arrayOf(item.content)];
    const texts = told.map((it) => textOf(objectOf(it).text) ?? '');
    for (const text of texts) this.#said.isRepeated('reasoning', text, 1);
    this.#thoughts.drop(texts);
    const more = restOf(item, new Set(['type', 'summary', 'content', 'id']));
    this.message(
      'assistant',
      [{ type: 'reasoning', content: texts.join('\n\n'), ...more }],
      undefined,
      item.id,
    );
    return undefined;
  }

  #writeThoughts(): void {
    for (const text of this.#thoughts.takeAll())
      this.message('assistant', [{ type: 'reasoning', content: text }], undefined);
  }

  #startCall(item: JsonObject): string | undefined {
    if (this.#toolCalls.isToldAgain(item)) return 'repeated';
    const { id, toolName, arguments: given } = codexCallOf(item);
    const call = this.modelCalls.need(this.session, this.atMs);
    const part = { type: 'tool_call', id: id ?? null, name: toolName, arguments: given ?? null };
    this.message('assistant', [part], undefined, item.id);
    this.#toolCalls.start(this.session, item, call.seq, this.atMs);
    return undefined;
  }

  #endCall(item: JsonObject): undefined {
    this.modelCalls.close(this.session);
    const id = textOf(item.call_id) ?? textOf(item.id);
    const output = item.output ?? item.tools ?? item.result ?? null;
    const part = { type: 'tool_call_response', id: id ?? null, response: output };
    this.message('tool', [part], restOf(item, new Set(['type', 'call_id', 'output', 'id'])));
    this.#toolCalls.end(this.session, id, output, this.atMs);
    return undefined;
  }

  mapEvent(event: JsonObject): string | undefined {
    const type = String(event.type);
    if (type === 'token_count') return this.modelCalls.mapUsage(this.session, event, this.atMs);
    if (type === 'user_message' || type === 'agent_message') {
      const role = type === 'user_message' ? 'user' : 'assistant';
      if (this.#said.isRepeated(role, textOf(event.message) ?? '', -1)) return 'repeats an item';
      if (role === 'user') {
        this.#writeThoughts();
        this.modelCalls.close(this.session);
      }
      this.message(
        role,
        [{ type: 'text', content: event.message ?? '' }],
        restOf(event, new Set(['type', 'message'])),
      );
      return undefined;
    }
    if (type.startsWith('agent_reasoning')) {
      const text = textOf(event.text) ?? '';
      if (text === '' || this.#said.isRepeated('reasoning', text, -1)) return 'repeats an item';
      this.#thoughts.add(text);
      return toldWithItem;
    }
    if (this.#toolCalls.tell(this.session, event, this.#starts)) return 'told with its call';
    if (type === 'thread_name_updated' && typeof event.thread_name === 'string')
      this.session.describe({ title: event.thread_name });
    if (type === 'turn_aborted') this.modelCalls.close(this.session, 'cancelled');
    if (type === 'error' || type === 'stream_error') this.modelCalls.fail(this.session, event, this.atMs);
    this.keep('event', type, event);
    return undefined;
  }

  message(
    role: 'system' | 'user' | 'assistant' | 'tool',
    parts: readonly JsonObject[],
    rest: JsonObject | undefined,
    id?: unknown,
  ): void {
    const call = role === 'assistant' ? this.modelCalls.need(this.session, this.atMs) : undefined;
    this.session.message({
      role,
      parts: JSON.stringify(parts),
      createdAtMs: this.atMs,
      modelCallSeq: call?.seq ?? null,
      messageId: textOf(id) ?? null,
      metadata: rest && Object.keys(rest).length > 0 ? JSON.stringify(rest) : null,
    });
  }

  keep(kind: string, name: string, payload: JsonObject): void {
    this.session.result({ kind, name, value: JSON.stringify(payload), createdAtMs: this.atMs });
  }
}

/** As the event has it that repeats the item: without images and the marks around them. */
function textIn(parts: readonly JsonObject[]): string {
  const texts = parts.flatMap(({ type, content }) =>
    type === 'text' && typeof content === 'string' ? [content] : [],
  );
  const hasImages = texts.length < parts.length;
  return texts.filter((text) => !hasImages || !imageMark.test(text)).join('');
}

const imageMark = /^<(image( name=[^>]*)?|\/image)>$/;
