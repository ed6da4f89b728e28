import { spawn } from 'node:child_process';
import { readUnified } from '@varve/aggregator';
import type { Lineage } from '@varve/migrations';
import { servePage } from '@varve/page';
import { VarveError } from '@varve/schema';
import { type Command, InvalidArgumentError } from 'commander';
import { type CommandContext, defineVerb } from '../command/index.ts';

interface ServeVerbOptions {
  readonly port?: number;
  readonly host?: string;
  readonly open?: boolean;
}

export function defineServe(command: Command): void {
  command
    .option('--port <number>', 'the port to listen on (default: one that is free)', parsePort)
    .option('--host <address>', 'the address to listen on (default: 127.0.0.1, this machine alone)')
    .option('--open', 'open the page in the browser');
  defineVerb<ServeVerbOptions>(command, async (context, named, { port, host, open }) => {
    const where = await context.findArchives(named);
    const lineage = await findLineage(context, where);
    const page = await servePage(where, {
      lineage,
      ...(port !== undefined && { port }),
      ...(host !== undefined && { host }),
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void page.close());
    if (open) openInBrowser(page.url);
    return { json: { url: page.url }, text: () => `${page.url}\nCtrl-C ends it` };
  });
}

/** A unified view can be looked at without its migrations; what needs them is left out then. */
async function findLineage(context: CommandContext, where: readonly string[]): Promise<Lineage | undefined> {
  try {
    return await context.loadLineage();
  } catch (error) {
    const isMissing = error instanceof VarveError && error.code === 'CONFIG_NOT_FOUND';
    const view = isMissing && where.length === 1 ? readUnified(where[0] as string) : undefined;
    if (!view) throw error;
    view.close();
    return undefined;
  }
}

function parsePort(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new InvalidArgumentError('give a number from 0 to 65535');
}

/** Where there is no browser, the address is printed all the same. */
function openInBrowser(url: string): void {
  const [program, ...args] = opener(url);
  spawn(program, args, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}

function opener(url: string): [string, ...string[]] {
  if (process.platform === 'darwin') return ['open', url];
  return process.platform === 'win32' ? ['rundll32', 'url.dll,FileProtocolHandler', url] : ['xdg-open', url];
}
