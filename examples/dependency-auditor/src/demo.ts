import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runDemo } from './demo/run-demo.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

await runDemo({ sessions: 216, root, dir: join(root, '.demo'), output: process.stdout });
