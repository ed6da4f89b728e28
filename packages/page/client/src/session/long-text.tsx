import { useMemo } from 'preact/hooks';
import { clean } from '../parts/clean.ts';
import { formatSize } from '../parts/format.ts';
import { useVirtual } from '../parts/use-virtual.ts';

const size = 19;
const fullHeight = 420;
/** What a line may hold: a longer one is broken, for a browser lays out a line as a whole. */
const lineLength = 400;
/** A text so short is laid out by the browser, which wraps it better. */
const plainLength = 6_000;

/** A text of any length. Only what can be seen of a long one is in the document. */
export function LongText({ text }: { readonly text: string }) {
  if (text.length <= plainLength) return <pre class="text">{clean(text)}</pre>;
  return <LongLines text={text} />;
}

function LongLines({ text }: { readonly text: string }) {
  const lines = useMemo(() => breakLines(text), [text]);
  const { scroller, items, height } = useVirtual({ count: lines.length, size });
  return (
    <>
      <div
        class="text lines"
        ref={scroller}
        role="group"
        tabIndex={0}
        aria-label="Text"
        style={{ height: `${Math.min(fullHeight, height)}px` }}
      >
        <div class="space" style={{ height: `${height}px` }}>
          {items.map(({ index, start }) => (
            <pre key={index} style={{ transform: `translateY(${start}px)` }}>
              {clean(lines[index] ?? '')}
            </pre>
          ))}
        </div>
      </div>
      <p class="faint small">{formatSize(text.length)}</p>
    </>
  );
}

function breakLines(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    if (line.length <= lineLength) lines.push(line);
    else for (let at = 0; at < line.length; at += lineLength) lines.push(line.slice(at, at + lineLength));
  }
  return lines;
}
