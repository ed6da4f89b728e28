import type { Cell, LensDifference, RowValues } from '../../../src/api/session-detail.ts';
import { clean, cleanLine } from '../parts/clean.ts';
import { Failure } from '../parts/failure.tsx';
import { plural } from '../parts/format.ts';
import { useSessionApi } from './session-api.ts';
import { usePromise } from './use-promise.ts';

/** A row as the file has it, beside what the lens makes of it on the way to today. */
export function LensPanel({ id }: { readonly id: string }) {
  const api = useSessionApi();
  const { value, error } = usePromise(api.lens && (() => api.lens?.(id) as Promise<LensDifference>), id);
  if (error) return <Failure error={error} />;
  return value ? <Difference difference={value} /> : <p class="faint">…</p>;
}

function Difference({ difference }: { readonly difference: LensDifference }) {
  const { before, after, sourceTable, table, why, sql, migrations, strategy } = difference;
  return (
    <>
      <p class="faint">
        {strategy === 'identity' ? 'This table is today as the file has it.' : (why ?? strategy)}
        {before === null && strategy !== 'identity' && ' The row as it stands in the file cannot be told.'}
      </p>
      {before && <Rows before={before} after={after} names={[sourceTable ?? table, table]} />}
      {migrations.length > 0 && (
        <details>
          <summary>{plural(migrations.length, 'pending migration')} of this table</summary>
          {migrations.map(({ name, sql: text }) => (
            <details key={name}>
              <summary>{name}</summary>
              <pre class="text">{clean(text)}</pre>
            </details>
          ))}
        </details>
      )}
      {sql !== null && (
        <details>
          <summary>the SELECT that reads it</summary>
          <pre class="text">{clean(sql)}</pre>
        </details>
      )}
    </>
  );
}

interface RowsProps {
  readonly before: RowValues;
  readonly after: RowValues;
  readonly names: readonly [before: string, after: string];
}

function Rows({ before, after, names }: RowsProps) {
  const all = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  const isSame = (name: string) => changeOf(before[name], after[name]) === 'same';
  const columns = [...all.filter((name) => !isSame(name)), ...all.filter(isSame)];
  return (
    <table class="difference">
      <thead>
        <tr>
          <th scope="col">column</th>
          <th scope="col">in the file: {cleanLine(names[0])}</th>
          <th scope="col">today: {cleanLine(names[1])}</th>
        </tr>
      </thead>
      <tbody>
        {columns.map((name) => {
          const change = changeOf(before[name], after[name]);
          return (
            <tr key={name} class={change}>
              <th scope="row">
                {cleanLine(name)}
                <span class="unseen">{change}</span>
              </th>
              <td>{show(before[name])}</td>
              <td>{show(after[name])}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function changeOf(before: Cell | undefined, after: Cell | undefined): string {
  if (before === undefined) return 'added';
  if (after === undefined) return 'gone';
  return JSON.stringify(before) === JSON.stringify(after) ? 'same' : 'changed';
}

function show(cell: Cell | undefined) {
  if (cell === undefined) return <span class="faint">·</span>;
  if (cell === null) return <span class="faint">null</span>;
  const text = typeof cell === 'object' ? `${cell.blob.sizeBytes} bytes` : String(cell);
  return clean(text.length > 600 ? `${text.slice(0, 600)}…` : text);
}
