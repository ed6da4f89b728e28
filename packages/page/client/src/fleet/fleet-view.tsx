import type { Fleet, FleetVersion } from '../../../src/api/fleet.ts';
import type { ViewProps } from '../app.tsx';
import { cleanLine } from '../parts/clean.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Failure } from '../parts/failure.tsx';
import { formatCount, formatSize, plural } from '../parts/format.ts';
import { useAnswer } from '../parts/use-answer.ts';
import { Ages } from './ages.tsx';
import { Layers } from './layers.tsx';
import { Rehearsal } from './rehearsal.tsx';

/** How the archives stand to head, what is wrong with some, and what an upgrade would do. */
export function FleetView({ state }: ViewProps) {
  const { value: fleet, error } = useAnswer<Fleet>('/api/fleet', state?.files);
  if (error) return <Failure error={error} />;
  if (!fleet) return <p class="faint pad">…</p>;
  return (
    <div class="fleet">
      <header>
        <h1>{plural(fleet.total, 'archive')}</h1>
        <p class="measures">
          <span>{formatSize(fleet.sizeBytes)}</span>
          {Object.entries(fleet.states).map(([name, count]) => (
            <span key={name} class={name === 'current' || name === 'behind' ? '' : 'bad'}>
              {formatCount(count)} {name}
            </span>
          ))}
          {fleet.live > 0 && <span>{formatCount(fleet.live)} live</span>}
        </p>
      </header>
      <section aria-label="Versions">
        <Layers fleet={fleet} />
      </section>
      {fleet.problemCount > 0 && <Problems fleet={fleet} />}
      <div class="pair">
        <Upgrade fleet={fleet} />
        <Ages ages={fleet.ages} />
      </div>
    </div>
  );
}

function Problems({ fleet }: { readonly fleet: Fleet }) {
  return (
    <section>
      <h2>{plural(fleet.problemCount, 'problem')}</h2>
      <ul class="problems">
        {fleet.problems.map(({ path, code, message, hint }) => (
          <li key={path}>
            <code class="bad">{code}</code>
            <p>
              <span class="id">{cleanLine(path)}</span>: {cleanLine(message)}
            </p>
            <p class="faint">{cleanLine(hint)}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Upgrade({ fleet }: { readonly fleet: Fleet }) {
  const losing = fleet.versions.filter(({ losses }) => losses.length > 0);
  return (
    <section>
      <h2>An upgrade</h2>
      {fleet.command === null ? (
        <p class="faint">Every archive that can be read is at head: there is nothing to upgrade.</p>
      ) : (
        <>
          <p class="faint">
            Nothing needs it: every version is read as it lies. This page changes no archive; to bring them to
            head, run
          </p>
          <div class="command">
            <code>{fleet.command}</code>
            <CopyButton text={() => fleet.command ?? ''}>Copy</CopyButton>
          </div>
          <Losses versions={losing} />
          <Rehearsal />
        </>
      )}
    </section>
  );
}

function Losses({ versions }: { readonly versions: readonly FleetVersion[] }) {
  const [oldest] = versions;
  if (!oldest) return <p>It loses nothing.</p>;
  return (
    <details>
      <summary>What it loses</summary>
      <ul class="losses">
        {oldest.losses.map(({ migration, kind, what }) => (
          <li key={`${migration} ${kind} ${what}`}>
            <code>{what}</code> <span class="bad">{kind}</span> <span class="faint">by {migration}</span>
          </li>
        ))}
      </ul>
      <p class="faint">
        From version {oldest.version}; later ones lose what their own pending migrations take away.
      </p>
    </details>
  );
}
