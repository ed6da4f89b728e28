import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Cell, RowValues } from '../../../src/api/session-detail.ts';
import { cleanLine } from '../parts/clean.ts';
import { formatCost, formatCount, formatDuration, formatExactTime, formatSize } from '../parts/format.ts';
import { JsonTree } from './json-tree.tsx';
import { LongText } from './long-text.tsx';
import { parseJson } from './parse-json.ts';
import { useSessionApi } from './session-api.ts';

export interface ValuesProps {
  readonly id: string;
  readonly values: RowValues;
}

/** A row: what is short in two columns, what is long below. */
export function Values({ id, values }: ValuesProps) {
  const known = Object.entries(values).filter(([, cell]) => cell !== null);
  const short = known.filter(([, cell]) => !isLong(cell));
  const long = known.filter(([, cell]) => isLong(cell)).sort((a, b) => rankOf(a[0]) - rankOf(b[0]));
  const empty = Object.keys(values).filter((name) => values[name] === null);
  return (
    <>
      {long.map(([name, cell]) => (
        <section key={name} class="value">
          <h3>{cleanLine(name)}</h3>
          <LongValue id={id} name={name} cell={cell} />
        </section>
      ))}
      <dl class="facts">
        {short.map(([name, cell]) => (
          <div key={name}>
            <dt>{cleanLine(name)}</dt>
            <dd>{showShort(name, cell)}</dd>
          </div>
        ))}
      </dl>
      {empty.length > 0 && <p class="faint small">null: {empty.map(cleanLine).join(', ')}</p>}
    </>
  );
}

const first = [
  'error_message',
  'summary',
  'rationale',
  'arguments',
  'result',
  'parts',
  'content',
  'value',
  'blob',
];

function rankOf(name: string): number {
  const at = first.indexOf(name);
  return at < 0 ? first.length : at;
}

function isLong(cell: Cell): boolean {
  if (typeof cell === 'object') return cell !== null;
  return typeof cell === 'string' && (cell.length > 60 || cell.includes('\n') || /^[[{]/.test(cell));
}

function showShort(name: string, cell: Cell): ComponentChildren {
  if (typeof cell !== 'number') return cleanLine(String(cell));
  if (/(_at|_at_ms|began_ms)$/.test(name) && cell > 1e9)
    return formatExactTime(cell < 1e11 ? cell * 1000 : cell);
  if (/(duration|took|latency|token)_ms$/.test(name)) return formatDuration(cell);
  if (/cost_usd$/.test(name)) return formatCost(cell);
  return /(_id|seq|^id)$/.test(name) ? String(cell) : formatCount(cell);
}

function LongValue({ id, name, cell }: { readonly id: string; readonly name: string; readonly cell: Cell }) {
  if (typeof cell === 'object' && cell !== null) return <Bytes id={id} name={name} {...cell.blob} />;
  return <TextValue text={String(cell)} label={name} />;
}

/** JSON as a tree, anything else as it is. */
export function TextValue({ text, label }: { readonly text: string; readonly label: string }) {
  const parsed = useMemo(() => parseJson(text), [text]);
  if (parsed === undefined || typeof parsed.value !== 'object' || parsed.value === null) {
    return <LongText text={typeof parsed?.value === 'string' ? parsed.value : text} />;
  }
  return <JsonTree value={parsed.value} label={label} />;
}

interface BytesProps {
  readonly id: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly type: string;
  readonly base64?: string;
}

function Bytes({ id, name, sizeBytes, type, base64 }: BytesProps) {
  const api = useSessionApi();
  const isImage = type.startsWith('image/');
  const saved = base64 === undefined ? undefined : `data:${type};base64,${base64}`;
  const shown = saved ?? api.bytesAddress(id, name, false);
  const kept = saved ?? api.bytesAddress(id, name, true);
  return (
    <figure class="bytes">
      {isImage && shown && <img src={shown} alt={`${name} of ${id}`} loading="lazy" />}
      <figcaption class="faint">
        {isImage ? type : 'bytes'}, {formatSize(sizeBytes)}{' '}
        {kept && (
          <a href={kept} download={`${name}.${isImage ? type.split('/')[1] : 'bin'}`}>
            download
          </a>
        )}
      </figcaption>
    </figure>
  );
}
