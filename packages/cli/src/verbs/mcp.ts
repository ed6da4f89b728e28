import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { readUnified } from '@varve/aggregator';
import { type Lineage, standardLineage } from '@varve/migrations';
import { Reader } from '@varve/page/internal';
import { VarveError } from '@varve/schema';
import type { Command } from 'commander';
import { type CommandContext, defineVerb } from '../command/index.ts';
import { createMcpServer } from '../mcp/index.ts';
import { tell } from '../output/index.ts';

export function defineMcp(command: Command): void {
  command.addHelpText('after', '\nTo add it to an agent: claude mcp add varve -- npx varve mcp ./archives');
  defineVerb(command, async (context, named) => {
    const where = await context.findArchives(named);
    const reader = new Reader(where, await findLineage(context, where));
    try {
      const served = serveStdio(() => createMcpServer(reader), {
        onerror: (error) => tell(error.message),
      });
      await untilHungUp();
      await served.close();
    } finally {
      reader.close();
    }
    // Its stdout speaks the protocol, and nothing else.
    return { output: [] };
  });
}

/** The standard tables where nothing tells; a unified view needs none. */
async function findLineage(context: CommandContext, where: readonly string[]): Promise<Lineage | undefined> {
  try {
    return await context.loadLineage();
  } catch (error) {
    if (!(error instanceof VarveError) || error.code !== 'CONFIG_NOT_FOUND') throw error;
    const view = where.length === 1 ? readUnified(where[0] as string) : undefined;
    view?.close();
    return view ? undefined : standardLineage;
  }
}

/** Until the client closes its end, or a signal comes. */
function untilHungUp(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const event of ['end', 'close', 'error']) process.stdin.once(event, () => resolve());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  return promise;
}
