import { ClaudeChainNames, type SavedRoots } from './claude-chain-names.ts';
import { lineTexts } from './claude-line.ts';
import { describeSession, metadataOf } from './claude-metadata.ts';
import { ClaudeModelCalls, type SavedModelCalls } from './claude-model-calls.ts';
import { writeOther } from './claude-others.ts';
import { claudeParts } from './claude-parts.ts';
import { claudePartsWithResults, isResult, responseParts } from './claude-result-parts.ts';
import { toolUseResultText } from './claude-results.ts';
import { ClaudeTitles, type SavedTitles } from './claude-titles.ts';
import { ClaudeToolCalls, type SavedToolCalls } from './claude-tool-calls.ts';
import { claudeAnswerKey } from './claude-usage.ts';
import { arrayOf, isObject, type JsonObject, objectOf, textOf, timeOf } from './json-access.ts';
import { LogClock } from './log-clock.ts';
import type { TranscriptContext, TranscriptRecord, TranscriptWriter } from './transcript-writer.ts';

/** Whose transcript a file is. */
export interface ClaudeIdentity {
  /** The session that the user sees; a sub-agent's records carry it too. */
  readonly sessionId: string;
  /** Of a sub-agent's own file. */
  readonly agentId: string | undefined;
}

/** One conversation: the main one, or a sub-agent's. */
interface Chain {
  readonly session: TranscriptWriter;
  readonly calls: ClaudeToolCalls;
  readonly modelCalls: ClaudeModelCalls;
}

interface SavedChain {
  readonly calls: SavedToolCalls;
  readonly modelCalls: SavedModelCalls;
}

/** What another mapper needs to go on where this one ended. */
export interface SavedClaude {
  readonly atMs: number;
  readonly roots: SavedRoots;
  readonly titles: SavedTitles;
  readonly chains: readonly (readonly [name: string, SavedChain])[];
}

/** Turns the records of a transcript of Claude Code into rows. */
export class ClaudeMapper {
  readonly #context: TranscriptContext;
  readonly #identity: ClaudeIdentity;
  readonly #chains = new Map<string, Chain>();
  readonly #names: ClaudeChainNames;
  readonly #titles: ClaudeTitles;
  readonly #clock: LogClock;
  #atMs: number;

  constructor(context: TranscriptContext, identity: ClaudeIdentity, saved?: SavedClaude) {
    this.#context = context;
    this.#identity = identity;
    this.#names = new ClaudeChainNames(identity.agentId, saved?.roots);
    this.#titles = new ClaudeTitles(saved?.titles);
    this.#clock = new LogClock(context, saved?.atMs);
    this.#atMs = saved?.atMs ?? 0;
    for (const [name, { calls, modelCalls }] of saved?.chains ?? []) {
      const session = this.#sessionOf(name);
      const chain = session.recall(() => this.#newChain(session, { calls, modelCalls }));
      this.#chains.set(name, chain);
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
    const title = this.#titles.best((uuid) => main?.session.knows(uuid));
    if (title) main?.session.describe({ title });
  }

  save(): SavedClaude | undefined {
    if (this.#clock.isByFile) return undefined;
    const chains = [...this.#chains].map(([name, { calls, modelCalls }]) => {
      return [name, { calls: calls.save(), modelCalls: modelCalls.save() }] as const;
    });
    return { atMs: this.#atMs, roots: this.#names.save(), titles: this.#titles.save(), chains };
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
    const name = this.#names.of(record);
    const known = this.#chains.get(name);
    if (known) return known;
    const session = this.#sessionOf(name);
    const chain = session.recall<Chain>(() => this.#newChain(session));
    this.#chains.set(name, chain);
    this.#introduce(chain, name, record);
    return chain;
  }

  #newChain(session: TranscriptWriter, saved?: SavedChain): Chain {
    const calls = new ClaudeToolCalls(session, this.#context.family.starts, saved?.calls);
    return { session, calls, modelCalls: new ClaudeModelCalls(saved?.modelCalls) };
  }

  #sessionOf(name: string): TranscriptWriter {
    const { sessionId } = this.#identity;
    return this.#context.session(name === '' ? sessionId : `${sessionId}.${name}`);
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
    const call =
      record.type === 'assistant' ? chain.modelCalls.of(session, record, message, this.#atMs) : undefined;
    const results = arrayOf(content).filter(isObject).filter(isResult);
    const isAnswer = record.type === 'user' && results.length > 0;
    describeSession(session, record);
    const [only] = results.length === 1 ? results : [];
    // A result is told three times over: as what the tool gave, as what the model was told, and as the call's own.
    const texts = only && bytes ? lineTexts(record, only, bytes) : {};
    const response = only && (texts.content ?? Buffer.from(JSON.stringify(only.content ?? null)));
    const isOpen = only !== undefined && chain.calls.isOpen(String(only.tool_use_id));
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
      metadata: metadataOf(session, record, message, {
        sessionId: this.#identity.sessionId,
        keepsResult: kept === undefined,
      }),
    });
    for (const block of arrayOf(content).filter(isObject)) {
      if (isCall(block)) chain.calls.start(block, call, this.#atMs);
      else if (isResult(block)) chain.calls.end(block, record, { kept, response }, this.#atMs);
    }
  }

  #mapOther({ session }: Chain, type: string, record: JsonObject): void {
    writeOther(session, record, { sessionId: this.#identity.sessionId, atMs: this.#atMs });
    // Comes first in a sub-agent's own transcript, or when it has answered; two may have been told the same.
    if (type === 'agent_metadata' && this.#identity.agentId !== undefined)
      session.describe({ ...this.#context.family.starts.get(`call ${String(record.toolUseId)}`) });
    this.#titles.take(type, record);
  }
}

function isCall({ type }: JsonObject): boolean {
  return type === 'tool_use' || type === 'server_tool_use' || type === 'mcp_tool_use';
}
