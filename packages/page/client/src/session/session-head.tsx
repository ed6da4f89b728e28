import type { ComponentChildren } from 'preact';
import type { Origin, SessionDetail } from '../../../src/api/session-detail.ts';
import { cleanLine } from '../parts/clean.ts';
import { formatExactTime, formatSize, plural } from '../parts/format.ts';
import { Link } from '../parts/link.tsx';
import { Version } from '../parts/version.tsx';
import { CopyMenu } from './copy-menu.tsx';
import { useSessionApi } from './session-api.ts';
import { summarise } from './summarise.ts';

/** What the session was, and what became of its file's schema since. */
export function SessionHead({ detail }: { readonly detail: SessionDetail }) {
  const { hasOthers } = useSessionApi();
  const it = summarise(detail);
  return (
    <header class="session-head">
      <div class="title-line">
        <h1>{cleanLine(it.name)}</h1>
        {detail.sealing === 'live' ? (
          <span class="state state-running">live</span>
        ) : (
          it.status && <span class={`state state-${it.state}`}>{cleanLine(it.status)}</span>
        )}
        <CopyMenu detail={detail} />
      </div>
      <p class="measures">
        {it.facts.map((fact) => (
          <span key={fact}>{cleanLine(fact)}</span>
        ))}
        {it.startedAtMs !== null && <span>{formatExactTime(it.startedAtMs)}</span>}
        {it.failures > 0 && <b class="bad">{plural(it.failures, 'failure')}</b>}
        {hasOthers && detail.parentKey !== null && (
          <Link to={`/session/${detail.parentKey}`}>started by another session</Link>
        )}
      </p>
      <OriginLine origin={detail.origin} detail={detail} />
    </header>
  );
}

function OriginLine({ origin, detail }: { readonly origin: Origin; readonly detail: SessionDetail }) {
  const { version, head, pending } = origin;
  const changed = detail.tables.filter(({ strategy }) => strategy !== null && strategy !== 'identity');
  return (
    <details class="origin">
      <summary>
        <Version version={version} head={head} />
        <span>{describeOrigin(origin)}</span>
      </summary>
      <dl class="facts">
        <Fact name="file">
          <span class="id">{cleanLine(detail.path)}</span>, {formatSize(detail.sizeBytes)}, {detail.sealing}
        </Fact>
        {origin.migration !== null && <Fact name="last migration">{origin.migration}</Fact>}
        {pending.length > 0 && <Fact name="since then">{pending.join(', ')}</Fact>}
        {changed.length > 0 && (
          <Fact name="tables that change">
            {changed.map((it) => `${it.name} (${it.strategy})`).join(', ')}
          </Fact>
        )}
        {origin.why !== null && <Fact name="why">{origin.why}</Fact>}
      </dl>
    </details>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const ways = {
  identity: 'read as it is',
  lens: 'read through the lens',
  replayed: 'replayed on a copy',
  view: 'read from the unified view',
} as const;

function describeOrigin({ version, originalVersion, head, pending, strategy }: Origin): string {
  if (version === null) return ways[strategy];
  const written = originalVersion ?? version;
  const upgraded = written < version ? `, upgraded to ${version} since` : '';
  const way =
    pending.length > 0 ? `${ways[strategy]}, ${plural(pending.length, 'migration')} later` : ways[strategy];
  return `written at version ${written}${head !== null && written === head ? ', head' : ''}${upgraded}; ${way}`;
}
