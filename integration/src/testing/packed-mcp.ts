import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { workspaceBin } from './packed-project.ts';

/** `varve mcp` of a project that installed the packages, spoken to by lines of JSON-RPC. */
export function startPackedMcp(dir: string, args: readonly string[]) {
  const main = join('node_modules', 'varve', 'dist', 'main.js');
  const server = spawn(workspaceBin('node'), [main, 'mcp', ...args], {
    cwd: dir,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const write = (message: object) =>
    server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  let asked = 0;
  return {
    async ask(method: string, params: object): Promise<unknown> {
      write({ id: ++asked, method, params });
      return JSON.parse(String((await lines.next()).value));
    },
    tell: (method: string) => write({ method }),
    stop: () => server.kill(),
  };
}
