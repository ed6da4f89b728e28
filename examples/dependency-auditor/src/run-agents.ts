import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditService } from './audit-service.ts';
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
  for (const { service, until } of spread(sessions)) {
    const finish = async (path: string): Promise<void> => {
      await service.finish(path, archiveDir);
      done += 1;
      onProgress?.(done);
    };
    for (const path of findLive(sessionsDir)) {
      await finish(path);
      handedOver += 1;
    }
    for (; begun < until; begun += 1) {
      const path = await service.begin(sessionsDir, folders[begun % folders.length] as string);
      if (until === sessions || begun % interruptedEvery > 0) await finish(path);
    }
  }
  return { handedOver };
}

/** Every deployment with the number of audits that have begun by its end, in proportion to the days it ran. */
function spread(sessions: number): { service: AuditService; until: number }[] {
  const allDays = deployments.reduce((sum, { days }) => sum + days, 0);
  let daysSoFar = 0;
  return deployments.map(({ service, days }) => {
    daysSoFar += days;
    return { service, until: Math.round((sessions * daysSoFar) / allDays) };
  });
}

function findLive(sessionsDir: string): string[] {
  return readdirSync(sessionsDir)
    .filter((name) => name.endsWith('.db'))
    .map((name) => join(sessionsDir, name));
}
