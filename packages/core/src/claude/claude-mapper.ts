import { lineTexts } from './claude-line.ts';
import { claudeParts } from './claude-parts.ts';
import { claudeResultStatus, toolUseResultText } from './claude-results.ts';
import { claudeAnswerKey, claudeUsage, greatestUsage, type Usage } from './claude-usage.ts';
import {
  arrayOf,
  isObject,
  type JsonObject,
  jsonText,
  numberOf,
  objectOf,
  restOf,
  textOf,
  timeOf,
} from './json-access.ts';
import { LogClock } from './log-clock.ts';
import type {
  TranscriptContext,
  TranscriptRecord,
  TranscriptRow,
  TranscriptWriter,
} from './transcript-writer.ts';

/** Whose transcript a file is. */
export interface ClaudeIdentity {
  /** The session that the user sees; a sub-agent's records carry it too. */
  readonly sessionId: string;
  /** Of a sub-agent's own file. */
  readonly agentId: string | undefined;
}

interface OpenCall {
  readonly held: TranscriptRow;
  readonly startedAtMs: number;
}

interface ModelCall {
  readonly held: TranscriptRow;
  usage: Usage;
}

/** One conversation: the main one, or a sub-agent's. */
interface Chain {
  readonly session: TranscriptWriter;
  readonly calls: Map<string, OpenCall>;
  readonly modelCalls: Map<string, ModelCall>;
}

/** Of a line with one result, in UTF-8. */
interface EncodedResult {
  readonly kept: Buffer | string | undefined;
  readonly response: Buffer | undefined;
}

/** Said once of the session, and of a message only where it differs. */
const constants = ['cwd', 'gitBranch', 'userType', 'slug', 'entrypoint'] as const;
const mapped = new Set([
  'type',
  'message',
  'uuid',
  'timestamp',
  'toolUseResult',
  'requestId',
  'version',
  'isSidechain',
  'agentId',
]);
const mappedOfMessage = new Set(['id', 'type', 'role', 'model', 'content', 'usage', 'stop_reason']);
const noModel = '<synthetic>';
/** Lines of one answer lie near each other: of so many answers the oldest has no more to come. */
const mostModelCalls = 1 << 15;

interface Title {
  readonly leaf: string | undefined;
  readonly title: string;
  readonly weight: number;
}

/** What another mapper needs to go on where this one ended. */
export interface SavedClaude {
  readonly atMs: number;
  readonly roots: ReadonlyMap<string, string>;
  readonly titles: readonly Title[];
  readonly chains: readonly (readonly [name: string, Omit<Chain, 'session'>])[];
}

/** Turns the records of a transcript of Claude Code into rows. */
export class ClaudeMapper {
  readonly #context: TranscriptContext;
  readonly #identity: ClaudeIdentity;
  readonly #chains = new Map<string, Chain>();
  /** The root of each record of a sub-agent whose records stand among the parent's. */
  readonly #roots: Map<string, string>;
  readonly #titles: Title[];
  readonly #clock: LogClock;
  #atMs: number;

  constructor(context: TranscriptContext, identity: ClaudeIdentity, saved?: SavedClaude) {
    this.#context = context;
    this.#identity = identity;
    this.#roots = new Map(saved?.roots);
    this.#titles = [...(saved?.titles ?? [])];
    this.#clock = new LogClock(context, saved?.atMs);
    this.#atMs = saved?.atMs ?? 0;
    for (const [name, { calls, modelCalls }] of saved?.chains ?? []) {
      const session = this.#sessionOf(name);
      this.#chains.set(
        name,
        session.recall(() => ({ session, calls, modelCalls })),
      );
    }
  }

  /** Returns why a record gives none. */
  map({ value, bytes }: TranscriptRecord): string | undefined {
    if (!isObject(value)) return 'not a record';
    const { type, uuid } = value;
    if (typeof type !== 'string') return 'not a record';
    if (type === 'progress') return 'progress';
    this.#atMs = this.#clock.tick(timeOf(value.timestamp));
    const chain = this.#chain(value);
    if (typeof uuid === 'string') {
      const reason = this.#claim(chain.session, uuid, claudeAnswerKey(value));
      if (reason) return reason;
    }
    if ((type === 'user' || type === 'assistant') && isObject(value.message))
      this.#mapMessage(chain, value, bytes);
    else this.#mapOther(chain, type, value);
    return undefined;
  }

  /** There are no more records. */
  end(): void {
    for (const { session, calls } of this.#chains.values()) {
      if (calls.size > 0 && session.fact('status') === undefined) session.describe({ status: 'interrupted' });
    }
    const main = this.#chains.get('');
    const titles = this.#titles.filter(({ leaf }) => leaf === undefined || main?.session.knows(leaf));
    const best = titles.reduce((a, b) => (b.weight >= a.weight ? b : a), { weight: 0, title: '' });
    if (best.title) main?.session.describe({ title: best.title });
  }

  save(): SavedClaude | undefined {
    if (this.#clock.isByFile) return undefined;
    const chains = [...this.#chains].map(([name, { calls, modelCalls }]) => {
      const open = new Map([...calls].map(([id, call]) => [id, { ...call, held: { seq: call.held.seq } }]));
      const answered = new Map(
        [...modelCalls].map(([id, call]) => [id, { ...call, held: { seq: call.held.seq } }]),
      );
      return [name, { calls: open, modelCalls: answered }] as const;
    });
    return { atMs: this.#atMs, roots: this.#roots, titles: this.#titles, chains };
  }

  /**
   * Each record once, in the first of the sessions that have it: a fork's log begins with its parent's records, under the same
   * ids or under new ones, but an answer is from one request for ever.
   */
  #claim(session: TranscriptWriter, uuid: string, answer: string | undefined): string | undefined {
    if (!session.claim(uuid)) return 'repeated';
    const { family } = this.#context;
    const sayer = family.owner(uuid, session.id);
    const owner = sayer === session.id && answer ? family.owner(answer, session.id) : sayer;
    if (owner === session.id) return undefined;
    if (session.fact('parentSessionId') === undefined) session.describe({ parentSessionId: owner });
    return 'copied from the session it was forked from';
  }

  #chain(record: JsonObject): Chain {
    const name = this.#chainName(record);
    const known = this.#chains.get(name);
    if (known) return known;
    const session = this.#sessionOf(name);
    const chain = session.recall<Chain>(() => ({ session, calls: new Map(), modelCalls: new Map() }));
    this.#chains.set(name, chain);
    this.#introduce(chain, name, record);
    return chain;
  }

  #sessionOf(name: string): TranscriptWriter {
    const { sessionId } = this.#identity;
    return this.#context.session(name === '' ? sessionId : `${sessionId}.${name}`);
  }

  /** Empty for the main one. */
  #chainName(record: JsonObject): string {
    if (this.#identity.agentId !== undefined) return `agent-${this.#identity.agentId}`;
    if (record.isSidechain !== true) return '';
    if (typeof record.agentId === 'string') return `agent-${record.agentId}`;
    const { uuid, parentUuid } = record;
    const root =
      (typeof parentUuid === 'string' && this.#roots.get(parentUuid)) || String(uuid ?? parentUuid);
    if (typeof uuid === 'string') this.#roots.set(uuid, root);
    return `sidechain-${root.slice(0, 8)}`;
  }

  #introduce({ session }: Chain, name: string, record: JsonObject): void {
    session.describe({
      agentName: 'claude-code',
      providerName: 'anthropic',
      conversationId: this.#identity.sessionId,
    });
    if (name === '') return;
    const agentId = name.replace(/^agent-/, '');
    const start = this.#context.family.starts.get(agentId) ?? this.#startByPrompt(record);
    session.describe({ parentSessionId: this.#identity.sessionId, metadata: { agentId }, ...start });
  }

  /** Before sub-agents had ids: the call whose prompt is the first thing said. */
  #startByPrompt(record: JsonObject) {
    const said = claudeParts(objectOf(record.message).content)[0]?.content;
    return typeof said === 'string' ? this.#context.family.starts.get(`prompt ${said}`) : undefined;
  }

  #mapMessage(chain: Chain, record: JsonObject, bytes: Buffer | undefined): void {
    const { session } = chain;
    const message = objectOf(record.message);
    const content = message.content;
    const call = record.type === 'assistant' ? this.#modelCall(chain, record, message) : undefined;
    const results = arrayOf(content).filter(isObject).filter(isResult);
    const isAnswer = record.type === 'user' && results.length > 0;
    this.#describe(session, record);
    const [only] = results.length === 1 ? results : [];
    // A result is told three times over: as what the tool gave, as what the model was told, and as the call's own.
    const texts = only && bytes ? lineTexts(record, only, bytes) : {};
    const response = only && (texts.content ?? Buffer.from(JSON.stringify(only.content ?? null)));
    const isOpen = only !== undefined && chain.calls.has(String(only.tool_use_id));
    const kept = isOpen ? toolUseResultText(record, texts.toolUseResult) : undefined;
    const isAlone = only !== undefined && arrayOf(content).length === 1;
    const parts =
      isAlone && response ? responseParts(only, response) : JSON.stringify(claudePartsWithResults(content));
    session.message({
      role: record.type === 'assistant' ? 'assistant' : isAnswer ? 'tool' : 'user',
      parts,
      createdAtMs: this.#atMs,
      modelCallSeq: call?.held.seq ?? null,
      messageId: textOf(record.uuid) ?? null,
      metadata: this.#metadata(session, record, message, kept === undefined),
    });
    for (const block of arrayOf(content))
      if (isObject(block)) this.#mapBlock(chain, block, call, record, { kept, response });
  }

  #mapBlock(
    chain: Chain,
    block: JsonObject,
    call: ModelCall | undefined,
    record: JsonObject,
    encoded: EncodedResult,
  ): void {
    if (block.type === 'tool_use' || block.type === 'server_tool_use') this.#startCall(chain, block, call);
    else if (isResult(block)) this.#endCall(chain, block, record, encoded);
  }

  #startCall({ session, calls }: Chain, block: JsonObject, call: ModelCall | undefined): void {
    const toolName = textOf(block.name) ?? 'unknown';
    const id = textOf(block.id);
    const held = session.toolCall({
      toolName,
      toolCallId: id ?? null,
      arguments: jsonText(block.input),
      status: 'interrupted',
      startedAtMs: this.#atMs,
      modelCallSeq: call?.held.seq ?? null,
      mcpServer: /^mcp__(.+?)__/.exec(toolName)?.[1] ?? null,
    });
    if (id !== undefined) calls.set(id, { held, startedAtMs: this.#atMs });
    const { prompt } = objectOf(block.input);
    if (typeof prompt !== 'string') return;
    this.#start(`prompt ${prompt}`, session, held, id);
    if (id !== undefined) this.#start(`call ${id}`, session, held, id);
  }

  #start(agent: string, session: TranscriptWriter, held: TranscriptRow, id: string | undefined): void {
    const { starts } = this.#context.family;
    const parentToolCallId = id ?? null;
    starts.set(agent, { parentSessionId: session.id, parentCallSeq: held.seq, parentToolCallId });
  }

  #endCall(
    { session, calls }: Chain,
    block: JsonObject,
    record: JsonObject,
    { kept, response }: EncodedResult,
  ): void {
    const id = String(block.tool_use_id);
    const open = calls.get(id);
    if (!open) return;
    calls.delete(id);
    const structured = objectOf(record.toolUseResult);
    const said = numberOf(structured.totalDurationMs) ?? numberOf(structured.durationMs);
    session.changeToolCall(open.held, {
      result: response ?? jsonText(block.content),
      ...claudeResultStatus(block, structured, textOf(record.toolDenialKind)),
      durationMs: said ?? Math.max(0, this.#atMs - open.startedAtMs),
      ...(kept !== undefined && { metadata: kept }),
    });
    session.settle(open.held);
    if (typeof structured.agentId === 'string') this.#start(structured.agentId, session, open.held, id);
  }

  /** One request to the model is logged in as many lines as its answer has blocks. */
  #modelCall({ session, modelCalls }: Chain, record: JsonObject, message: JsonObject): ModelCall | undefined {
    const model = textOf(message.model);
    if (model === noModel || (model === undefined && !isObject(message.usage))) return undefined;
    const usage = claudeUsage(objectOf(message.usage));
    const key = `${String(message.id ?? record.uuid)} ${String(record.requestId ?? '')}`;
    const known = modelCalls.get(key);
    if (known) {
      const isGreater = (usage.outputTokens ?? 0) > (known.usage.outputTokens ?? 0);
      known.usage = greatestUsage(known.usage, usage);
      const metadata = isGreater ? { metadata: requestOf(record, message) } : {};
      session.changeModelCall(known.held, { ...known.usage, ...finish(message), ...metadata });
      return known;
    }
    const held = session.modelCall({
      providerName: providerOf(message.id),
      responseModel: model ?? null,
      responseId: textOf(message.id) ?? null,
      status: 'ok',
      startedAtMs: this.#atMs,
      ...usage,
      ...finish(message),
      metadata: requestOf(record, message),
    });
    if (session.fact('requestModel') === undefined && model) session.describe({ requestModel: model });
    const call = { held, usage };
    modelCalls.set(key, call);
    if (modelCalls.size > mostModelCalls) modelCalls.delete(modelCalls.keys().next().value ?? '');
    return call;
  }

  #describe(session: TranscriptWriter, record: JsonObject): void {
    if (typeof record.version === 'string') session.describe({ agentVersion: record.version });
    const metadata = session.fact('metadata') as Record<string, unknown>;
    for (const key of constants)
      if (record[key] !== undefined && metadata[key] === undefined) metadata[key] = record[key];
  }

  #metadata(
    session: TranscriptWriter,
    record: JsonObject,
    message: JsonObject,
    keepsResult: boolean,
  ): string | null {
    const rest = restOf(record, mapped) ?? {};
    const said = session.fact('metadata') as JsonObject;
    for (const key of constants) if (rest[key] === said[key]) delete rest[key];
    if (rest.sessionId === this.#identity.sessionId) delete rest.sessionId;
    const more = restOf(message, mappedOfMessage);
    if (more) rest.message = more;
    if (message.model === noModel) rest.model = noModel;
    if (keepsResult && record.toolUseResult !== undefined) rest.toolUseResult = record.toolUseResult;
    return JSON.stringify(rest);
  }

  /** What is no message is kept whole. */
  #mapOther({ session }: Chain, type: string, record: JsonObject): void {
    session.touch(this.#atMs);
    session.result({
      kind: type,
      name:
        textOf(record.subtype) ??
        textOf(record.operation) ??
        textOf(objectOf(record.attachment).type) ??
        type,
      value: JSON.stringify(record),
      createdAtMs: this.#atMs,
    });
    // Comes first in a sub-agent's own transcript, or when it has answered; two may have been told the same.
    if (type === 'agent_metadata' && this.#identity.agentId !== undefined)
      session.describe({ ...this.#context.family.starts.get(`call ${String(record.toolUseId)}`) });
    const title = textOf(record.customTitle) ?? textOf(record.aiTitle) ?? textOf(record.title);
    if (type === 'summary' && typeof record.summary === 'string') {
      this.#titles.push({ leaf: textOf(record.leafUuid), title: record.summary, weight: 1 });
    } else if (type.endsWith('-title') && title) {
      this.#titles.push({ leaf: undefined, title, weight: type === 'custom-title' ? 3 : 2 });
    }
  }
}

function isResult(block: JsonObject): boolean {
  return (
    typeof block.type === 'string' &&
    block.type.endsWith('tool_result') &&
    typeof block.tool_use_id === 'string'
  );
}

function resultPart({ type: _type, tool_use_id, content, ...rest }: JsonObject): JsonObject {
  return { type: 'tool_call_response', id: tool_use_id, response: content ?? null, ...rest };
}

/** `[resultPart(block)]` as text, around a response that is text already. */
function responseParts(block: JsonObject, response: Buffer): Buffer {
  const { response: _response, ...part } = resultPart(block);
  const text = JSON.stringify(part);
  return Buffer.concat([Buffer.from(`[${text.slice(0, -1)},"response":`), response, Buffer.from('}]')]);
}

function claudePartsWithResults(content: unknown): readonly JsonObject[] {
  if (!Array.isArray(content)) return claudeParts(content);
  return content.flatMap((block) =>
    isObject(block) && isResult(block) ? [resultPart(block)] : claudeParts([block]),
  );
}

function requestOf({ requestId }: JsonObject, { usage }: JsonObject): string {
  return JSON.stringify({ requestId, usage });
}

function finish(message: JsonObject) {
  return typeof message.stop_reason === 'string'
    ? { finishReasons: JSON.stringify([message.stop_reason]) }
    : {};
}

function providerOf(id: unknown): string {
  if (typeof id !== 'string') return 'anthropic';
  if (id.startsWith('msg_bdrk')) return 'aws.bedrock';
  return id.startsWith('msg_vrtx') ? 'gcp.vertex_ai' : 'anthropic';
}
