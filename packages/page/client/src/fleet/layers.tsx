import type { Fleet, FleetVersion } from '../../../src/api/fleet.ts';
import { formatCount, formatSize, plural } from '../parts/format.ts';
import { Link } from '../parts/link.tsx';

/** The census as a core drilled through the fleet: a layer a version, as thick as it has archives, head on top. */
export function Layers({ fleet }: { readonly fleet: Fleet }) {
  const versions = fleet.versions.toReversed();
  const most = Math.max(1, ...versions.map(({ count }) => count));
  return (
    <ol class="layers">
      {versions.map((version) => (
        <Layer key={version.version} version={version} head={fleet.head ?? version.version} most={most} />
      ))}
    </ol>
  );
}

interface LayerProps {
  readonly version: FleetVersion;
  readonly head: number;
  readonly most: number;
}

function Layer({ version: it, head, most }: LayerProps) {
  const depth = head === 0 ? 1 : it.version / head;
  const thickness = 26 + Math.sqrt(it.count / most) * 34;
  return (
    <li
      style={{
        '--depth': String(depth),
        '--thick': `${thickness}px`,
        '--share': `${(it.count / most) * 100}%`,
      }}
    >
      <Link
        to={`/?version=${it.version}`}
        title={`show the ${plural(it.count, 'session')} of version ${it.version}`}
      >
        <span class="layer-version">
          <b>{it.version}</b>
        </span>
        <span class="layer-name">{it.migration ?? '(no migration)'}</span>
        <span class="layer-bar" aria-hidden="true">
          <i />
        </span>
        <span class="layer-count">{formatCount(it.count)}</span>
        <span class="layer-size">{formatSize(it.sizeBytes)}</span>
        <span class="layer-way">{describeWay(it, head)}</span>
      </Link>
    </li>
  );
}

function describeWay({ version, strategies, refusal }: FleetVersion, head: number): string {
  if (version === head) return 'head: read as it is';
  if (refusal !== null) return `replayed on a copy: ${refusal}`;
  const { view = 0, materialized = 0 } = strategies;
  const parts = [
    view > 0 && `${plural(view, 'table')} through a view`,
    materialized > 0 && `${materialized} materialized`,
  ];
  return parts.filter(Boolean).join(', ') || 'no table differs';
}
