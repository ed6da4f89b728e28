import type { ComponentChildren } from 'preact';
import type { PageInfo, SessionRow } from '../../../src/api/session-list.ts';
import { cleanLine } from '../parts/clean.ts';
import { formatCompact, formatCost, formatDuration, formatExactTime, formatTime } from '../parts/format.ts';
import { Version } from '../parts/version.tsx';

export interface Column {
  readonly name: string;
  readonly title: string;
  /** As CSS has it. */
  readonly width: string;
  /** Numbers begin with the greatest when they are sorted by. */
  readonly isNumber?: boolean;
  cell(row: SessionRow, head: number | null): ComponentChildren;
}

const none = <span class="faint">–</span>;

function number(value: number | null, format: (value: number) => string): ComponentChildren {
  return value === null ? none : format(value);
}

const columns: readonly Column[] = [
  {
    name: 'version',
    title: 'Version',
    width: '66px',
    isNumber: true,
    cell: (row, head) => <Version version={row.version} head={head} />,
  },
  {
    name: 'started',
    title: 'Started',
    width: '92px',
    isNumber: true,
    cell: ({ startedAtMs }) =>
      startedAtMs === null ? (
        none
      ) : (
        <time title={formatExactTime(startedAtMs)}>{formatTime(startedAtMs)}</time>
      ),
  },
  {
    name: 'title',
    title: 'Session',
    width: 'minmax(0, 2.4fr)',
    cell: (row) => (
      <>
        {row.parentSessionId !== null && (
          <span class="faint" title="started by another session">
            ↳{' '}
          </span>
        )}
        {nameOf(row)}
      </>
    ),
  },
  {
    name: 'agent',
    title: 'Agent',
    width: 'minmax(0, 1.4fr)',
    cell: ({ agentName, agentVersion }) =>
      agentName === null ? (
        none
      ) : (
        <>
          {cleanLine(agentName)} {agentVersion && <span class="faint">{cleanLine(agentVersion)}</span>}
        </>
      ),
  },
  {
    name: 'model',
    title: 'Model',
    width: 'minmax(0, 1fr)',
    cell: ({ model }) => (model === null ? none : cleanLine(model)),
  },
  { name: 'status', title: 'Status', width: 'minmax(88px, 0.9fr)', cell: (row) => <Status row={row} /> },
  {
    name: 'duration',
    title: 'Duration',
    width: '80px',
    isNumber: true,
    cell: ({ durationMs }) => number(durationMs, formatDuration),
  },
  {
    name: 'steps',
    title: 'Steps',
    width: '54px',
    isNumber: true,
    cell: ({ steps }) => number(steps, formatCompact),
  },
  {
    name: 'failures',
    title: 'Failed',
    width: '54px',
    isNumber: true,
    cell: ({ failures }) =>
      failures === null ? (
        none
      ) : failures === 0 ? (
        <span class="faint">0</span>
      ) : (
        <b class="bad">{failures}</b>
      ),
  },
  {
    name: 'tokens',
    title: 'Tokens',
    width: '66px',
    isNumber: true,
    cell: ({ tokens }) => number(tokens, formatCompact),
  },
  {
    name: 'cost',
    title: 'Cost',
    width: '62px',
    isNumber: true,
    cell: ({ costUsd }) => number(costUsd, formatCost),
  },
];

/** Those that the tables have something for, and, where there is little room, the more important ones. */
export function columnsOf(tables: PageInfo['tables'], isRoomy: boolean): readonly Column[] {
  const names = new Set(tables.flatMap((table) => table.columns));
  const hidden = new Set([
    ...(names.has('input_tokens') || names.has('prompt_tokens') ? [] : ['tokens']),
    ...(names.has('cost_usd') || names.has('cost') ? [] : ['cost']),
    ...(isRoomy ? [] : ['model', 'tokens', 'cost']),
  ]);
  return columns.filter(({ name }) => !hidden.has(name));
}

/** What a session is called: its title, else its id, else its file. */
export function nameOf({
  title,
  sessionId,
  path,
}: Pick<SessionRow, 'title' | 'sessionId' | 'path'>): ComponentChildren {
  if (title !== null && title !== '') return cleanLine(title);
  if (sessionId !== null) return <span class="id">{cleanLine(sessionId)}</span>;
  return <span class="id">{cleanLine(path.split(/[\\/]/).at(-1) ?? path)}</span>;
}

function Status({ row }: { readonly row: SessionRow }) {
  if (row.code !== null) return <span class="state state-failed">{row.code}</span>;
  if (row.sealing === 'live') return <span class="state state-running">live</span>;
  if (row.status === null) return row.isRead ? none : <span class="faint">…</span>;
  return <span class={`state state-${stateOf(row.status)}`}>{cleanLine(row.status)}</span>;
}

function stateOf(status: string): string {
  if (/^(completed?|ok|done|success)/i.test(status)) return 'ok';
  return /^(fail|err|interrupt|crash|denied)/i.test(status) ? 'failed' : 'stopped';
}
