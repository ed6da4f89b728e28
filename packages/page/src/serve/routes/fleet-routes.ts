import { upgradeArchives } from '@varve/aggregator';
import { VarveError } from '@varve/schema';
import type { Fleet, RehearsalEvent } from '../../api/index.ts';
import { describeFleet } from '../../fleet/index.ts';
import { toApiError } from '../answer.ts';
import { EventStream } from '../events.ts';
import type { PageContext } from '../page-context.ts';
import type { Call, Routes } from '../route.ts';

export const fleetRoutes: Routes = {
  '/api/fleet': ({ context }): Promise<Fleet> => {
    const { where, lineage } = fleetOf(context);
    return describeFleet(where, lineage, context.keeper.catalog.files);
  },
  '/api/fleet/rehearsal': rehearse,
};

function fleetOf({ source }: PageContext) {
  const { kind, where, lineage } = source;
  if (kind === 'archives' && lineage) return { where, lineage };
  throw new VarveError('PAGE_NOT_FOUND', 'a unified view is no fleet of archives', {
    hint: 'serve the archives themselves: varve serve ARCHIVES',
  });
}

/** Sent at most so often, for there may be thousands of files a second. */
const everyMs = 100;

/** All of an upgrade on private copies, which leaves every archive as it is. Ends when the client goes. */
async function rehearse({ context, request, response }: Call): Promise<undefined> {
  const { where, lineage } = fleetOf(context);
  const stream = new EventStream({ request, response });
  const send = (event: RehearsalEvent) => stream.send(event);
  let sentAtMs = 0;
  try {
    const report = await upgradeArchives(where, {
      lineage,
      dryRun: true,
      acceptLoss: true,
      signal: stream.ended,
      onProgress: ({ done, total }) => {
        if (done < total && performance.now() - sentAtMs < everyMs) return;
        sentAtMs = performance.now();
        send({ type: 'progress', done, total });
      },
    });
    const { upgraded, current, failed, durationMs } = report;
    send({ type: 'report', upgraded, current, failed: failed.slice(0, 500), durationMs });
  } catch (error) {
    send({ type: 'error', ...toApiError(error) });
  }
  stream.end();
}
