import { useMemo, useState } from 'preact/hooks';
import { clean } from '../parts/clean.ts';
import { formatCount } from '../parts/format.ts';
import { useVirtual } from '../parts/use-virtual.ts';
import { isPart, type JsonLine, layOut, openAtFirst } from './json-lines.ts';
import { LongText } from './long-text.tsx';

const size = 21;
const fullHeight = 460;
const shortText = 160;

/** A JSON value as a tree. Only what can be seen is in the document, however large it is. */
export function JsonTree({ value, label }: { readonly value: unknown; readonly label: string }) {
  const [open, setOpen] = useState(() => openAtFirst(value));
  const [text, setText] = useState<string>();
  const lines = useMemo(() => layOut(value, open), [value, open]);
  const { scroller, items, height } = useVirtual({ count: lines.length, size });
  const toggle = (path: string) => {
    const next = new Set(open);
    if (!next.delete(path)) next.add(path);
    setOpen(next);
  };
  return (
    <>
      <div
        class="json"
        ref={scroller}
        role="tree"
        aria-label={label}
        style={{ height: `${Math.min(fullHeight, height + 2)}px` }}
      >
        <div class="space" role="presentation" style={{ height: `${height}px` }}>
          {items.map(({ index, start }) => {
            const line = lines[index];
            return (
              line && (
                <LineOf
                  key={line.path}
                  line={line}
                  top={start}
                  onToggle={toggle}
                  onText={(it) => setText(it)}
                />
              )
            );
          })}
        </div>
      </div>
      {text !== undefined && <LongText text={text} />}
    </>
  );
}

interface LineOfProps {
  readonly line: JsonLine;
  readonly top: number;
  readonly onToggle: (path: string) => void;
  readonly onText: (text: string) => void;
}

function LineOf({ line, top, onToggle, onText }: LineOfProps) {
  const { depth, name, value, count, isOpen, path } = line;
  const place = { transform: `translateY(${top}px)`, '--deep': String(depth) };
  const holds = count !== undefined && count > 0;
  return (
    <div
      class="json-line"
      role="treeitem"
      aria-level={depth + 1}
      {...(holds && { 'aria-expanded': isOpen })}
      style={place}
    >
      {holds ? (
        <button
          type="button"
          class="twist"
          onClick={() => onToggle(path)}
          aria-label={isOpen ? 'close' : 'open'}
        >
          {isOpen ? '▾' : '▸'}
        </button>
      ) : (
        <i class="twist" />
      )}
      {name !== undefined && <span class="json-name">{clean(name)}</span>}
      {count === undefined ? <Scalar value={value} onText={onText} /> : <Summary line={line} />}
    </div>
  );
}

function Summary({ line: { value, count = 0, isOpen } }: { readonly line: JsonLine }) {
  if (isPart(value)) return <span class="faint">{formatCount(count)}</span>;
  const [left, right] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (count === 0) return <span class="faint">{left + right}</span>;
  return (
    <span class="faint">
      {left} {formatCount(count)} {right}
      {!isOpen &&
        !Array.isArray(value) &&
        ` ${Object.keys(value as object)
          .slice(0, 5)
          .map(clean)
          .join(', ')}`}
    </span>
  );
}

function Scalar({ value, onText }: { readonly value: unknown; readonly onText: (text: string) => void }) {
  if (typeof value !== 'string') return <span class="json-plain">{String(value)}</span>;
  if (value.length <= shortText && !value.includes('\n'))
    return <span class="json-text">{clean(value)}</span>;
  return (
    <button type="button" class="json-text more" title="show all of it" onClick={() => onText(value)}>
      {clean(value.slice(0, shortText).replaceAll('\n', '⏎'))}…
    </button>
  );
}
