import { useEffect, useRef, useState } from 'preact/hooks';
import type { SearchProgress } from '../../../src/api/session-list.ts';
import { formatCount } from '../parts/format.ts';
import { changeQuery } from '../parts/place.ts';
import { useKeys } from '../parts/use-keys.ts';

const pauseMs = 180;

export interface SearchBoxProps {
  readonly words: string;
  readonly progress: SearchProgress | undefined;
  /** Called with the arrow down: the rows are next. */
  readonly onLeave: () => void;
}

/** Searches while one writes. */
export function SearchBox({ words, progress, onLeave }: SearchBoxProps) {
  const [text, setText] = useState(words);
  const field = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => field.current?.select() });
  useEffect(() => setText(words), [words]);
  useEffect(() => {
    if (text === words) return;
    const timer = setTimeout(() => changeQuery({ q: text.trim() === '' ? null : text }), pauseMs);
    return () => clearTimeout(timer);
  }, [text, words]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') setText('');
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
    event.preventDefault();
    onLeave();
  };
  return (
    <search class="search">
      <input
        ref={field}
        type="search"
        value={text}
        placeholder="Search all that was said and done"
        aria-label="Search sessions"
        title="words, or &quot;a phrase&quot; in quotes; press / to come here"
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {progress && progress.read < progress.total && (
        <span class="faint" role="status">
          {formatCount(progress.read)} of {formatCount(progress.total)} files searched
        </span>
      )}
    </search>
  );
}
