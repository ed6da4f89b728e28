import { useEffect, useState } from 'preact/hooks';
import type { SessionDetail } from '../../../src/api/session-detail.ts';
import { Failure } from '../parts/failure.tsx';
import { formatCount } from '../parts/format.ts';
import { Grid } from '../parts/grid.tsx';
import { changeQuery } from '../parts/place.ts';
import { useSessionApi } from './session-api.ts';
import { usePromise } from './use-promise.ts';

const pageSize = 200;

/** Every table of head, as it is in this file. */
export function TablesTab({
  detail,
  chosen,
}: {
  readonly detail: SessionDetail;
  readonly chosen: string | null;
}) {
  const api = useSessionApi();
  const name = chosen ?? detail.tables.find(({ rows }) => rows > 0)?.name ?? detail.tables[0]?.name;
  const [offset, setOffset] = useState(0);
  useEffect(() => setOffset(0), [name]);
  const { table } = api;
  const { value, error } = usePromise(
    table && name !== undefined ? () => table(name, offset, pageSize) : undefined,
    name,
    offset,
  );
  const isMore = value !== undefined && offset + pageSize < value.total;
  return (
    <div class="tables">
      <ul aria-label="Tables">
        {detail.tables.map((it) => (
          <li key={it.name}>
            <button
              type="button"
              class="quiet"
              aria-pressed={it.name === name}
              onClick={() => changeQuery({ table: it.name })}
            >
              <span>{it.name}</span>
              <span class="faint">{formatCount(it.rows)}</span>
              {it.strategy !== null && it.strategy !== 'identity' && <i class="badge">{it.strategy}</i>}
            </button>
          </li>
        ))}
      </ul>
      <div class="table-page">
        {error && <Failure error={error} />}
        {value && <Grid columns={value.columns} rows={value.rows} label={name ?? ''} />}
        {value && (offset > 0 || isMore) && (
          <p class="pager">
            <button
              type="button"
              class="plain"
              disabled={offset === 0}
              onClick={() => setOffset(offset - pageSize)}
            >
              Earlier
            </button>
            <span class="faint">
              {formatCount(offset + 1)} to {formatCount(Math.min(offset + pageSize, value.total))} of{' '}
              {formatCount(value.total)}
            </span>
            <button
              type="button"
              class="plain"
              disabled={!isMore}
              onClick={() => setOffset(offset + pageSize)}
            >
              Later
            </button>
          </p>
        )}
      </div>
    </div>
  );
}
