import type { ModelCall } from './claude-model-calls.ts';
import { claudeResultStatus } from './claude-results.ts';
import { type JsonObject, jsonText, numberOf, objectOf, textOf } from './json-access.ts';
import type { TranscriptContext, TranscriptRow, TranscriptWriter } from './transcript-writer.ts';

interface OpenCall {
  readonly held: TranscriptRow;
  readonly startedAtMs: number;
}

/** Of a line with one result, in UTF-8. */
export interface EncodedResult {
  readonly kept: Buffer | string | undefined;
  readonly response: Buffer | undefined;
}

export type SavedToolCalls = ReadonlyMap<string, OpenCall>;

type Starts = TranscriptContext['family']['starts'];

/** The calls of one conversation, from the blocks that ask for them to those that answer. */
export class ClaudeToolCalls {
  readonly #session: TranscriptWriter;
  readonly #starts: Starts;
  readonly #calls: Map<string, OpenCall>;

  constructor(session: TranscriptWriter, starts: Starts, saved?: SavedToolCalls) {
    this.#session = session;
    this.#starts = starts;
    this.#calls = new Map(saved);
  }

  /** How many have not been answered. */
  get size(): number {
    return this.#calls.size;
  }

  isOpen(id: string): boolean {
    return this.#calls.has(id);
  }

  save(): SavedToolCalls {
    return new Map(
      [...this.#calls].map(([id, call]) => [id, { ...call, held: { seq: call.held.seq } }] as const),
    );
  }

  start(block: JsonObject, call: ModelCall | undefined, atMs: number): void {
    const toolName = textOf(block.name) ?? 'unknown';
    const id = textOf(block.id);
    const held = this.#session.toolCall({
      toolName,
      toolCallId: id ?? null,
      arguments: jsonText(block.input),
      status: 'interrupted',
      startedAtMs: atMs,
      modelCallSeq: call?.held.seq ?? null,
      mcpServer: /^mcp__(.+?)__/.exec(toolName)?.[1] ?? textOf(block.server_name) ?? null,
    });
    if (id !== undefined) this.#calls.set(id, { held, startedAtMs: atMs });
    const { prompt } = objectOf(block.input);
    if (typeof prompt !== 'string') return;
    this.#isFor(`prompt ${prompt}`, held, id);
    if (id !== undefined) this.#isFor(`call ${id}`, held, id);
  }

  end(block: JsonObject, record: JsonObject, { kept, response }: EncodedResult, atMs: number): void {
    const id = String(block.tool_use_id);
    const open = this.#calls.get(id);
    if (!open) return;
    this.#calls.delete(id);
    const structured = objectOf(record.toolUseResult);
    const said = numberOf(structured.totalDurationMs) ?? numberOf(structured.durationMs);
    this.#session.changeToolCall(open.held, {
      result: response ?? jsonText(block.content),
      ...claudeResultStatus(block, structured, textOf(record.toolDenialKind)),
      durationMs: said ?? Math.max(0, atMs - open.startedAtMs),
      ...(kept !== undefined && { metadata: kept }),
    });
    this.#session.settle(open.held);
    if (typeof structured.agentId === 'string') this.#isFor(structured.agentId, open.held, id);
  }

  /** The sub-agent that is known by this was started by the call. */
  #isFor(agent: string, held: TranscriptRow, id: string | undefined): void {
    const parentToolCallId = id ?? null;
    this.#starts.set(agent, { parentSessionId: this.#session.id, parentCallSeq: held.seq, parentToolCallId });
  }
}
