import type { ChannelVersions } from '@langchain/langgraph-checkpoint';

/** A channel's version in a checkpoint, and the `seq` of its value or null where it has none. */
export type ChannelEntry = readonly [version: string | number, valueSeq: number | null];

/** The channels of a checkpoint, as its row holds them. */
export type ChannelMap = ReadonlyMap<string, ChannelEntry>;

export function parseChannels(json: string): ChannelMap {
  return new Map(Object.entries(JSON.parse(json) as Record<string, ChannelEntry>));
}

export function renderChannels(channels: ChannelMap): string {
  return JSON.stringify(Object.fromEntries(channels));
}

export function versionsOf(channels: ChannelMap): ChannelVersions {
  return Object.fromEntries([...channels].map(([channel, [version]]) => [channel, version]));
}
