import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { workspaceBin } from './packed-project.ts';

/** Starts the project's own drizzle-kit studio on a database, asks it one query, and ends it. */
export async function askStudio(projectDir: string, database: string, sql: string): Promise<unknown> {
  const port = await findFreePort();
  const config = { dialect: 'sqlite', schema: './lineage.ts', dbCredentials: { url: database } };
  writeFileSync(join(projectDir, 'studio.config.ts'), `export default ${JSON.stringify(config)};\n`);
  const kit = join('node_modules', 'drizzle-kit', 'bin.cjs');
  const { NODE_OPTIONS: _, ...env } = process.env;
  const args = [kit, 'studio', '--config', 'studio.config.ts', '--port', String(port)];
  const studio = spawn(workspaceBin('node'), args, { cwd: projectDir, env, stdio: 'ignore' });
  try {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ type: 'proxy', data: { sql, params: [], method: 'all' } });
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body }).catch(
        () => undefined,
      );
      if (answer) return await answer.json();
      if (studio.exitCode !== null) throw new Error(`drizzle-kit studio ended with ${studio.exitCode}`);
      await sleep(200);
    }
  } finally {
    studio.kill();
  }
}

function findFreePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
