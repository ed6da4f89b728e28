import { useEffect, useState } from 'preact/hooks';
import type { Message, SessionDetail } from '../../../src/api/session-detail.ts';
import { clean, cleanLine } from '../parts/clean.ts';
import { formatTime } from '../parts/format.ts';
import { useVirtual } from '../parts/use-virtual.ts';
import { JsonTree } from './json-tree.tsx';
import { LongText } from './long-text.tsx';
import { parseJson } from './parse-json.ts';
import { useSessionApi } from './session-api.ts';
import { TextValue } from './values.tsx';

const pageSize = 50;

/** What was said, as a conversation. */
export function Conversation({ detail }: { readonly detail: SessionDetail }) {
  const api = useSessionApi();
  const count = detail.steps.filter(({ kind }) => kind === 'message').length;
  const [messages, setMessages] = useState<ReadonlyMap<number, Message>>(new Map());
  const { scroller, virtualizer, items, height } = useVirtual({ count, size: 120, overscan: 4 });
  const first = Math.floor((items[0]?.index ?? 0) / pageSize);
  const last = Math.floor((items.at(-1)?.index ?? 0) / pageSize);
  useEffect(() => {
    for (let page = first; page <= last; page++) {
      void api.messages(page * pageSize, pageSize).then((read) =>
        setMessages((before) => {
          const all = new Map(before);
          for (const [at, message] of read.entries()) all.set(page * pageSize + at, message);
          return all;
        }),
      );
    }
  }, [api, first, last, count]);
  return (
    <div class="scroller conversation" ref={scroller} role="feed" tabIndex={0} aria-label="Conversation">
      <div class="space" role="presentation" style={{ height: `${height}px` }}>
        {items.map(({ index, start }) => (
          <div
            key={index}
            data-index={index}
            ref={(element) => virtualizer.measureElement(element)}
            class="said"
            style={{ transform: `translateY(${start}px)` }}
          >
            <Said message={messages.get(index)} />
          </div>
        ))}
      </div>
    </div>
  );
}

function Said({ message }: { readonly message: Message | undefined }) {
  if (!message) return <p class="faint">…</p>;
  const parts = message.isCut ? undefined : parseJson(message.parts)?.value;
  return (
    <article class={`by-${message.role.replaceAll(/\W/g, '')}`} aria-label={cleanLine(message.role)}>
      <header>
        <b>{cleanLine(message.role)}</b>
        <span class="faint">{message.startedAtMs === null ? '' : formatTime(message.startedAtMs)}</span>
      </header>
      {Array.isArray(parts) ? (
        parts.map((part, at) => <Part key={`${message.id}-${at}`} part={part as PartValue} />)
      ) : (
        <CutParts message={message} />
      )}
    </article>
  );
}

interface PartValue {
  readonly type?: unknown;
  readonly content?: unknown;
  readonly name?: unknown;
  readonly arguments?: unknown;
  readonly response?: unknown;
  readonly id?: unknown;
  readonly mime_type?: unknown;
}

function Part({ part }: { readonly part: PartValue }) {
  const { type, content } = part;
  if (type === 'reasoning') {
    return (
      <details class="reasoning">
        <summary>reasoning</summary>
        {typeof content === 'string' ? (
          <LongText text={content} />
        ) : (
          <JsonTree value={part} label="reasoning" />
        )}
      </details>
    );
  }
  if (type === 'text' && typeof content === 'string') return <LongText text={content} />;
  if (type === 'tool_call') return <Call name={`calls ${String(part.name)}`} value={part.arguments} />;
  if (type === 'tool_call_response') return <Call name="answer" value={part.response} />;
  const image = imageOf(part);
  if (image) return <img class="part-image" src={image} alt="in the message" />;
  return <Call name={typeof type === 'string' ? type : 'part'} value={part} />;
}

function Call({ name, value }: { readonly name: string; readonly value: unknown }) {
  return (
    <div class="part-call">
      <p class="part-name faint">{clean(name)}</p>
      {typeof value === 'string' ? (
        <TextValue text={value} label={name} />
      ) : (
        <JsonTree value={value ?? null} label={name} />
      )}
    </div>
  );
}

/** Bytes that are an image by their own word; the browser shows them as nothing else. */
function imageOf({ type, content, mime_type: mime }: PartValue): string | undefined {
  const isImage = typeof mime === 'string' && /^image\/(png|jpeg|gif|webp)$/.test(mime);
  if (type !== 'blob' || !isImage || typeof content !== 'string') return undefined;
  return /^[\w+/=-]+$/.test(content) ? `data:${mime};base64,${content}` : undefined;
}

/** A message that was too long to be sent with the others. */
function CutParts({ message }: { readonly message: Message }) {
  const api = useSessionApi();
  const [whole, setWhole] = useState<string>();
  if (whole !== undefined) return <TextValue text={whole} label="parts" />;
  const load = async () => {
    const { values } = await api.row(message.id);
    setWhole(String(values.parts ?? message.parts));
  };
  return (
    <>
      <LongText text={message.parts.slice(0, 2000)} />
      {message.isCut && (
        <button type="button" class="plain" onClick={() => void load()}>
          Show all of it
        </button>
      )}
    </>
  );
}
