import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { workspaceBin } from './packed-project.ts';

const attempts = 20;

/**
 * Starts the project's own drizzle-kit studio on a database, asks it one query, and ends it. It takes no port of the
 * system's choice and ends where another program has its port: then another one is tried.
 */
export async function askStudio(projectDir: string, database: string, sql: string): Promise<unknown> {
  const config = { dialect: 'sqlite', schema: './lineage.ts', dbCredentials: { url: database } };
  writeFileSync(join(projectDir, 'studio.config.ts'), `export default ${JSON.stringify(config)};\n`);
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const answer = await askOnPort(projectDir, randomInt(20_000, 60_000), sql);
    if (answer !== undefined) return answer;
  }
  throw new Error('drizzle-kit studio did not start on any port');
}

/** Undefined where studio ended without an answer. */
async function askOnPort(projectDir: string, port: number, sql: string): Promise<unknown> {
  const kit = join('node_modules', 'drizzle-kit', 'bin.cjs');
  const { NODE_OPTIONS: _, ...env } = process.env;
  const args = [kit, 'studio', '--config', 'studio.config.ts', '--port', String(port)];
  const studio = spawn(workspaceBin('node'), args, { cwd: projectDir, env, stdio: 'ignore' });
  try {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ type: 'proxy', data: { sql, params: [], method: 'all' } });
    while (studio.exitCode === null) {
      const url = `http://127.0.0.1:${port}/`;
      const answer = await fetch(url, { method: 'POST', headers, body }).catch(() => undefined);
      if (answer) return await answer.json();
      await sleep(200);
    }
    return undefined;
  } finally {
    studio.kill();
  }
}
