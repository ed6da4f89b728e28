import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { deployments } from './deployments.ts';

export interface RunAgentsOptions {
  /** The packages to audit; taken in turn, again from the first when they run out. */
  readonly folders: readonly string[];
  readonly sessions: number;
  readonly sessionsDir: string;
  readonly archiveDir: string;
  readonly onProgress?: (done: number) => void;
}

export interface AgentRun {
  /** How many audits one deployment began and the next one ended. */
  readonly handedOver: number;
}

/** Every how many audits one is still running when the next version of the service is deployed. */
const interruptedEvery = 6;

/**
 * Runs every deployment of the service in turn. A new one first ends the audits that it finds live, as an old file in
 * the hands of new code; the last leaves none.
 */
export async function runAgents(options: RunAgentsOptions): Promise<AgentRun> {
  const { folders, sessions, sessionsDir, archiveDir, onProgress } = options;
  mkdirSync(sessionsDir, { recursive: true });
  mkdirSync(archiveDir, { recursive: true });
  let begun = 0;
  let done = 0;
  let handedOver = 0;
  for (const [at, { service }] of deployments.entries()) {
    const isLast = at === deployments.length - 1;
    const finish = async (path: string): Promise<void> => {
      await service.finish(path, archiveDir);
      done += 1;
      onProgress?.(done);
    };
    for (const path of findLive(sessionsDir)) {
      await finish(path);
      handedOver += 1;
    }
    const until = Math.round((sessions * (at + 1)) / deployments.length);
    for (; begun < until; begun += 1) {
      const path = await service.begin(sessionsDir, folders[begun % folders.length] as string);
      if (isLast || begun % interruptedEvery > 0) await finish(path);
    }
  }
  return { handedOver };
}

function findLive(sessionsDir: string): string[] {
  return readdirSync(sessionsDir)
    .filter((name) => name.endsWith('.db'))
    .map((name) => join(sessionsDir, name));
}
