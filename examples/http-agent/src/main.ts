import { mkdirSync } from 'node:fs';
import { lineage } from '@acme/agent-state';
import { serve } from '@hono/node-server';
import { recoverSessions } from '@varve/core';
import { createApp } from './create-app.ts';

const root = process.env.SESSIONS_DIR ?? 'sessions';
const folders = { live: `${root}/live`, archives: `${root}/archives` };

// Requests that a crash cut short are sealed, as interrupted, before new ones come in.
mkdirSync(folders.live, { recursive: true });
const { sealed } = recoverSessions(folders.live, { lineage, archiveDir: folders.archives });
if (sealed.length > 0) console.log(`recovered ${sealed.length} interrupted session(s)`);

serve({ fetch: createApp(folders).fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
  console.log(`listening on http://localhost:${port}`);
});
