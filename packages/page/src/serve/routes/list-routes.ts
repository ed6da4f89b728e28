import type { CatalogState, PageInfo, SessionPage, SessionRow, Snippet } from '../../api/index.ts';
import type { ListQuery } from '../../catalog/index.ts';
import { readSnippet, splitWords } from '../../search/index.ts';
import { parseSessionKey } from '../../sources/index.ts';
import { EventStream } from '../events.ts';
import type { PageContext } from '../page-context.ts';
import { type Call, numberOf, type Routes } from '../route.ts';

export const listRoutes: Routes = {
  '/api/info': ({ context }) => describePage(context),
  '/api/facets': ({ context }) => context.keeper.catalog.facets(),
  '/api/sessions': listSessions,
  '/api/events': sendStates,
};

function describePage({ source }: PageContext): PageInfo {
  const { lineage, shape } = source;
  return {
    source: source.kind,
    where: source.where,
    lineage: lineage ? { name: lineage.name, migrations: lineage.migrations.map(({ name }) => name) } : null,
    tables: shape.tables.map(({ name, columns }) => ({
      name,
      columns: columns.map((column) => column.name),
    })),
  };
}

/** As many sessions as a search lists. */
const foundLimit = 1000;

async function listSessions(call: Call): Promise<SessionPage> {
  const { context, query } = call;
  const { catalog } = context.keeper;
  const offset = numberOf(query, 'offset', { to: 10_000_000, otherwise: 0 });
  const limit = numberOf(query, 'limit', { from: 1, to: 500, otherwise: 100 });
  const words = query.get('q')?.trim() ?? '';
  const wanted = readListQuery(query);
  const found = splitWords(words).length > 0 ? context.search.find(words, foundLimit) : [];
  const narrowed = words === '' ? wanted : { ...wanted, text: words, files: found.map(({ file }) => file) };
  const first = catalog.list(narrowed, offset, limit);
  const unread = first.rows.filter(({ isRead, code }) => !isRead && code === null);
  // What must be fetched is told of when it is there.
  void context.keeper.readNow(unread.map(({ key }) => parseSessionKey(key).file));
  const { total, rows } = unread.length > 0 ? catalog.list(narrowed, offset, limit) : first;
  const search = words === '' ? null : context.search.progress();
  const snippets = new Map(found.map(({ file, snippet }) => [file, snippet]));
  return {
    total,
    generation: catalog.generation,
    rows:
      words === '' ? rows : await Promise.all(rows.map((row) => withSnippet(context, row, words, snippets))),
    ...(search && { search }),
  };
}

function readListQuery(query: URLSearchParams): ListQuery {
  const version = query.get('version');
  return {
    sort: query.get('sort') ?? '-started',
    agent: query.get('agent') ?? undefined,
    model: query.get('model') ?? undefined,
    status: query.get('status') ?? undefined,
    version: version === null ? undefined : Number(version),
    failed: query.has('failed'),
    live: query.has('live'),
  };
}

/** A hit that the index cannot quote is read again from its file. */
async function withSnippet(
  { source, keeper }: PageContext,
  row: SessionRow,
  words: string,
  snippets: ReadonlyMap<string, Snippet | undefined>,
): Promise<SessionRow> {
  const key = parseSessionKey(row.key).file;
  if (!snippets.has(key)) return row;
  const file = keeper.catalog.file(key);
  const snippet = snippets.get(key) ?? (file && (await readSnippet(source, file, splitWords(words))));
  return snippet === undefined ? row : { ...row, snippet };
}

/** Not more often than somebody can see, or, while many files are read, than the table is sorted anew. */
const everyMs = (left: number): number => (left > 2000 ? 1200 : 300);

function sendStates({ context, request, response }: Call): undefined {
  const stream = new EventStream({ request, response });
  let timer: NodeJS.Timeout | undefined;
  let sent = '';
  const send = () => {
    timer = undefined;
    const state = readState(context);
    const text = JSON.stringify(state);
    if (text !== sent) stream.send(state);
    sent = text;
  };
  const stopListening = context.keeper.onChange(() => {
    timer ??= setTimeout(send, everyMs(context.keeper.left));
  });
  stream.ended.addEventListener('abort', () => {
    stopListening();
    clearTimeout(timer);
  });
  send();
}

function readState({ keeper, search }: PageContext): CatalogState {
  const files = keeper.catalog.files.length;
  return {
    generation: keeper.catalog.generation,
    files,
    read: files - keeper.left,
    ...keeper.catalog.counts(),
    search: search.progress(),
  };
}
