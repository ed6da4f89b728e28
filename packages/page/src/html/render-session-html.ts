import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { openArchive } from '@varve/core';
import { errorOfObject, fetchObject, isStoreUrl, lookBeside } from '@varve/core/internal';
import type { Lineage } from '@varve/migrations';
import type { Database } from '@varve/migrations/internal';
import type { Cell, RowDetail, SavedSession, SessionDetail } from '../api/index.ts';
import { clientFile } from '../client/index.ts';
import { isBlobCell, readAllRows, readBytes, readDetail, summariseFile } from '../reading/index.ts';
import { fileKey, type HeadShape, headShapeOf } from '../sources/index.ts';

export interface RenderSessionHtmlOptions {
  readonly lineage: Lineage;
}

/**
 * One session as one HTML file that needs nothing else: it opens from the disk, offline, and shows the timeline, the
 * conversation and every row at today's schema. The archive, of any version, stays as it is. Of a file that holds
 * several sessions it is the first.
 *
 * @param where A file, or `s3://bucket/key`, which is kept in the cache of this machine.
 *
 * @throws the codes of `openArchive`, and of stores
 *
 * @example
 * ```ts
 * import { createSession } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 * import { renderSessionHtml } from '@varve/page';
 *
 * const path = createSession('live', { lineage, session: { agentName: 'support' } }).seal('archives');
 * const html = await renderSessionHtml(path, { lineage });
 * console.log(html.startsWith('<!doctype html>')); // true
 * ```
 */
export async function renderSessionHtml(
  where: string,
  { lineage }: RenderSessionHtmlOptions,
): Promise<string> {
  const [script, style] = await Promise.all([clientFile('standalone.js'), clientFile('standalone.css')]);
  const local = await fetchObject(where);
  const saved = JSON.stringify(readNamed(where, local, lineage));
  return renderPage({ saved, script: readFileSync(script, 'utf8'), style: readFileSync(style, 'utf8') });
}

function readNamed(where: string, local: string, lineage: Lineage): SavedSession {
  try {
    const saved = readSaved(local, lineage);
    const path = isStoreUrl(where) ? where : resolve(where);
    return { ...saved, detail: { ...saved.detail, key: fileKey(path), path } };
  } catch (error) {
    throw errorOfObject(error, where, local);
  }
}

function readSaved(path: string, lineage: Lineage): SavedSession {
  const shape = headShapeOf(lineage);
  using archive = openArchive(path, { lineage });
  const { sqlite, version, plan } = archive;
  const sessionId = summariseFile(sqlite, { ...shape, timeline: [] })[0]?.sessionId ?? null;
  const open = { sqlite, version, plan, originalVersion: version, close() {} };
  const detail: SessionDetail = {
    ...readDetail(open, { shape, lineage }, sessionId),
    ...{ key: fileKey(resolve(path)), path: resolve(path), sizeBytes: statSync(path).size },
    sealing: Object.keys(lookBeside(path)).length > 0 ? 'unsealed' : 'sealed',
    ...{ children: [], parentKey: null, siblings: [] },
  };
  const rows = readAllRows(sqlite, shape, sessionId).map((row) => withBytes(sqlite, shape, row));
  return { savedAtMs: Date.now(), detail, rows };
}

function withBytes(sqlite: Database, shape: HeadShape, row: RowDetail): RowDetail {
  const values = Object.entries(row.values).map(([column, cell]): [string, Cell] => {
    if (!isBlobCell(cell)) return [column, cell];
    const base64 = Buffer.from(readBytes(sqlite, shape, row.id, column)).toString('base64');
    return [column, { blob: { ...cell.blob, base64 } }];
  });
  return { ...row, values: Object.fromEntries(values) };
}

interface PageParts {
  readonly saved: string;
  readonly script: string;
  readonly style: string;
}

/** The policy lets the one script run that is named by its hash: nothing that a session's texts could become. */
function renderPage({ saved, script, style }: PageParts): string {
  // Ends no element early, whatever it holds: https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
  const code = script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${sha256(code)}'`,
    `style-src 'sha256-${sha256(style)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>varve session</title>
<style>${style}</style>
</head>
<body>
<div id="page"></div>
<script type="application/json" id="session">${escapeForScript(saved)}</script>
<script>${code}</script>
</body>
</html>
`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** JSON in which nothing looks like markup, and which is the same JSON. */
function escapeForScript(json: string): string {
  return json.replaceAll(
    /[<>&\u2028\u2029]/g,
    (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
