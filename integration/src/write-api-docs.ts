/** Writes the API reference, Markdown from the docstrings of what each package exports, into `docs/api`. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderApiDocs } from './render-api-docs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

await renderApiDocs(join(root, 'docs', 'api'));
