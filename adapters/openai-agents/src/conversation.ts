import type { AgentInputItem } from '@openai/agents';
import type { Session } from '@varve/core';
import type { JsonValue } from '@varve/schema';
import { gte } from 'drizzle-orm';
import { objectOf } from './json-access.ts';
import type { StandardTables } from './standard-tables.ts';
import { restoreItem, type StoredItem, storeItem } from './stored-item.ts';

/** How a conversation changed, in a row of intermediate results of the kind `conversation`. */
type Change = 'pop' | 'clear' | 'rewrite' | 'compaction' | 'transaction';

interface Told {
  /** The rows of messages that are no longer part of the conversation. */
  readonly supersedes?: readonly number[];
  readonly operationId?: string;
  /** Of the transaction, so that the same is known again. */
  readonly digest?: string;
}

/** The items of a conversation in its session file. Rows are only appended: what is taken away or replaced stays. */
export class Conversation {
  readonly session: Session<StandardTables>;
  readonly #tables: StandardTables;
  /** The rows that make it up now, in its order. */
  #order: number[] = [];
  #operations = new Map<string, string>();

  constructor(session: Session<StandardTables>, tables: StandardTables) {
    this.session = session;
    this.#tables = tables;
    this.#read();
  }

  get length(): number {
    return this.#order.length;
  }

  /** The digest of a transaction that was applied. */
  applied(operationId: string): string | undefined {
    return this.#operations.get(operationId);
  }

  /** The last of its items, in its order. */
  last(count = this.#order.length): AgentInputItem[] {
    const seqs = count <= 0 ? [] : this.#order.slice(-count);
    if (seqs.length === 0) return [];
    const { messages } = this.#tables;
    const first = seqs.reduce((a, b) => Math.min(a, b));
    const rows = this.session.db.select().from(messages).where(gte(messages.seq, first)).all();
    const bySeq = new Map(rows.map((row) => [row.seq, row]));
    return seqs.map((seq) => {
      const { parts = [], metadata } = bySeq.get(seq) ?? {};
      return restoreItem({ parts, item: (metadata as { item: JsonValue }).item });
    });
  }

  append(items: readonly AgentInputItem[]): void {
    this.#write(() => this.#order.push(...items.map((item) => this.#record(storeItem(item)))));
  }

  /** The last `count` items make room for others. */
  replaceLast(count: number, items: readonly AgentInputItem[], change: Change, told: Told = {}): void {
    this.#write(() => {
      const supersedes = this.#order.splice(this.#order.length - count, count);
      this.#order.push(...items.map((item) => this.#record(storeItem(item))));
      this.#tell(change, { ...told, ...(supersedes.length > 0 && { supersedes }) });
    });
  }

  clear(): void {
    this.replaceLast(this.length, [], 'clear');
    this.#operations = new Map();
  }

  remember(operationId: string, digest: string): void {
    this.#operations.set(operationId, digest);
  }

  /** The first of these places takes the item, the others go. */
  replaceAt([first, ...others]: readonly number[], item: AgentInputItem): void {
    const [replaced, ...gone] = [first, ...others].map((at) => this.#order[at ?? -1]);
    if (replaced === undefined) return;
    this.#write(() => {
      const seq = this.#record(storeItem(item), replaced);
      const isGone = new Set<number | undefined>(gone);
      this.#order = this.#order.map((it) => (it === replaced ? seq : it)).filter((it) => !isGone.has(it));
      this.#tell('rewrite', { supersedes: [replaced, ...gone.filter((it) => it !== undefined)] });
    });
  }

  #record({ item, ...row }: StoredItem, replaces?: number): number {
    const metadata = { item, ...(replaces !== undefined && { replaces }) };
    return this.session.record(this.#tables.messages, { ...row, metadata }) as number;
  }

  #tell(change: Change, told: Told): void {
    const row = { kind: 'conversation', name: change, value: told };
    this.session.record(this.#tables.intermediateResults, row);
  }

  /** All of it, or nothing: neither in the file nor here. */
  #write(work: () => void): void {
    const before = [...this.#order];
    try {
      this.session.batch(work);
    } catch (error) {
      this.#order = before;
      throw error;
    }
  }

  #read(): void {
    const { messages, intermediateResults } = this.#tables;
    const items = this.session.db
      .select({ seq: messages.seq, metadata: messages.metadata })
      .from(messages)
      .all();
    const changes = this.session.db.select().from(intermediateResults).all();
    const steps = [
      ...items.map(({ seq, metadata }) => ({ seq, run: () => this.#takeItem(seq, metadata?.replaces) })),
      ...changes
        .filter(({ kind }) => kind === 'conversation')
        .map(({ seq, name, value }) => ({ seq, run: () => this.#takeChange(name, objectOf(value)) })),
    ];
    for (const { run } of steps.sort((a, b) => a.seq - b.seq)) run();
  }

  #takeItem(seq: number, replaces: unknown): void {
    const at = this.#order.indexOf(Number(replaces ?? -1));
    if (at === -1) this.#order.push(seq);
    else this.#order[at] = seq;
  }

  #takeChange(name: string, { supersedes = [], operationId, digest }: Told): void {
    const isGone = new Set(supersedes);
    this.#order = this.#order.filter((seq) => !isGone.has(seq));
    if (name === 'clear') this.#operations = new Map();
    if (operationId !== undefined) this.#operations.set(operationId, String(digest));
  }
}
