import type { Checkpoint, CheckpointMetadata, SerializerProtocol } from '@langchain/langgraph-checkpoint';
import type { Database } from '@varve/migrations/internal';
import { type ChannelMap, parseChannels } from './channel-map.ts';
import { load } from './load-tuple.ts';
import { type Cell, type Dumped, fromCell, toCell } from './stored-value.ts';
import { ValueChain } from './value-chain.ts';

export interface PruneOptions {
  /** How many of the latest checkpoints stay, of the graph and of each subgraph; 1 unless given. */
  readonly keep?: number;
}

/** How many checkpoints a prune left, and how many it removed. */
export interface Pruned {
  readonly kept: number;
  readonly removed: number;
}

/** What a prune looks at of a checkpoint. */
export interface KnownCheckpoint {
  readonly key: string;
  readonly namespace: string;
  readonly id: string;
  readonly parentId: string | null;
  readonly channels: ChannelMap;
  readonly metadata: Partial<CheckpointMetadata>;
  /** The version of the format. */
  readonly v: number;
}

interface Row {
  readonly namespace: string;
  readonly id: string;
  readonly parentId: string | null;
  readonly channels: string;
  readonly type: string;
  readonly value: Cell;
  readonly metadataType: string;
  readonly metadata: Cell;
}

/** All checkpoints of a thread, newest first. What comes to be after this is no matter of the prune. */
export function readKnown(sqlite: Database): readonly Row[] {
  return sqlite
    .prepare<[], Row>(
      `SELECT namespace, id, parent_id AS parentId, channels, type, value, metadata_type AS metadataType, metadata
      FROM checkpoints ORDER BY id DESC`,
    )
    .all();
}

export function loadKnown(rows: readonly Row[], serde: SerializerProtocol): Promise<KnownCheckpoint[]> {
  const loaded = (type: string, cell: Cell) => load(serde, [type, fromCell(cell)] satisfies Dumped);
  return Promise.all(
    rows.map(async ({ namespace, id, parentId, channels, ...row }) => {
      const metadata = (await loaded(row.metadataType, row.metadata)) as CheckpointMetadata | null;
      const { v } = (await loaded(row.type, row.value)) as Checkpoint;
      const known = { key: keyOf(namespace, id), namespace, id, parentId, v };
      return { ...known, channels: parseChannels(channels), metadata: metadata ?? {} };
    }),
  );
}

/** The keys of the checkpoints that the thread needs to go on. */
export function findKept(known: readonly KnownCheckpoint[], keep: number): ReadonlySet<string> {
  const byKey = new Map(known.map((it) => [it.key, it]));
  const byNamespace = Map.groupBy(known, ({ namespace }) => namespace);
  const kept = new Set<string>();
  const outermostFirst = [...byNamespace].sort(([a], [b]) => depthOf(a) - depthOf(b));
  for (const [namespace, [latest, ...older]] of outermostFirst) {
    if (!latest || (isOfOneRun(namespace) && !isUnderWay(latest, kept))) continue;
    const deltas = deltaChannelsOf([latest, ...older]);
    for (const checkpoint of [latest, ...older].slice(0, Math.max(1, keep))) {
      kept.add(checkpoint.key);
      for (const key of neededBy(checkpoint, deltas, byKey)) kept.add(key);
    }
  }
  return kept;
}

/** Removes what is not kept, and the values that only that had. */
export function removeOthers(
  sqlite: Database,
  known: readonly KnownCheckpoint[],
  kept: ReadonlySet<string>,
): void {
  const removeCheckpoint = sqlite.prepare('DELETE FROM checkpoints WHERE namespace = ? AND id = ?');
  const removeWrites = sqlite.prepare('DELETE FROM writes WHERE namespace = ? AND checkpoint_id = ?');
  for (const { key, namespace, id } of known) {
    if (kept.has(key)) continue;
    removeCheckpoint.run(namespace, id);
    removeWrites.run(namespace, id);
  }
  removeValues(sqlite);
}

/** Gives back to the disk what the file does not need, where that is much of it. */
export function shrink(sqlite: Database): void {
  const [free, all] = ['freelist_count', 'page_count'].map((it) =>
    Number(sqlite.pragma(it, { simple: true })),
  );
  if ((free ?? 0) * 4 > (all ?? 0)) sqlite.exec('VACUUM');
  sqlite.pragma('wal_checkpoint(TRUNCATE)');
}

function removeValues(sqlite: Database): void {
  const rows = sqlite.prepare<[], string>('SELECT channels FROM checkpoints').pluck().all();
  const used = new Set(rows.flatMap((json) => [...parseChannels(json).values()].map(([, seq]) => seq)));
  const chain = new ValueChain(sqlite);
  const makeWhole = sqlite.prepare(
    'UPDATE channel_values SET base_seq = NULL, shared_bytes = 0, value = ? WHERE seq = ?',
  );
  const based = sqlite.prepare<[], { seq: number; baseSeq: number }>(
    'SELECT seq, base_seq AS baseSeq FROM channel_values WHERE base_seq IS NOT NULL',
  );
  for (const { seq, baseSeq } of based.all()) {
    if (!used.has(seq) || used.has(baseSeq)) continue;
    const whole = chain.read(seq);
    if (whole) makeWhole.run(toCell([whole.type, whole.bytes]), seq);
  }
  sqlite
    .prepare('DELETE FROM channel_values WHERE seq NOT IN (SELECT value FROM json_each(?))')
    .run(JSON.stringify([...used].filter((seq) => seq !== null)));
}

/** A subgraph that was called by a task has a namespace of that task; one with a memory of its own has none. */
function isOfOneRun(namespace: string): boolean {
  return namespace.includes(':');
}

/** Whether the checkpoints that the subgraph was called from are the ones to go on from. */
function isUnderWay({ metadata }: KnownCheckpoint, kept: ReadonlySet<string>): boolean {
  return Object.entries(metadata.parents ?? {}).every(([namespace, id]) => kept.has(keyOf(namespace, id)));
}

/** The ancestors without which the checkpoint cannot be read. */
function* neededBy(
  checkpoint: KnownCheckpoint,
  deltaChannels: ReadonlySet<string>,
  byKey: ReadonlyMap<string, KnownCheckpoint>,
): Generator<string> {
  let missing = [...deltaChannels].filter((channel) => !hasValue(checkpoint, channel));
  let needsSends = checkpoint.v < 4;
  let at = parentOf(checkpoint, byKey);
  while (at && (needsSends || missing.length > 0)) {
    yield at.key;
    const here = at;
    missing = missing.filter((channel) => !hasValue(here, channel));
    needsSends = false;
    at = parentOf(at, byKey);
  }
}

/** The channels whose values are put together from what was written since one was stored. */
function deltaChannelsOf(checkpoints: readonly KnownCheckpoint[]): ReadonlySet<string> {
  const counted = checkpoints.map(({ metadata }) => metadata.counters_since_delta_snapshot ?? {});
  return new Set(counted.flatMap((counters) => Object.keys(counters)));
}

function hasValue({ channels }: KnownCheckpoint, channel: string): boolean {
  const entry = channels.get(channel);
  return entry !== undefined && entry[1] !== null;
}

function parentOf(
  { namespace, parentId }: KnownCheckpoint,
  byKey: ReadonlyMap<string, KnownCheckpoint>,
): KnownCheckpoint | undefined {
  return parentId === null ? undefined : byKey.get(keyOf(namespace, parentId));
}

function depthOf(namespace: string): number {
  return namespace === '' ? 0 : namespace.split('|').length;
}

function keyOf(namespace: string, id: string): string {
  return JSON.stringify([namespace, id]);
}
