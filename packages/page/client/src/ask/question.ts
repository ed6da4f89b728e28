import { useRef, useState } from 'preact/hooks';
import type { AskEvent } from '../../../src/api/ask.ts';
import type { Cell } from '../../../src/api/session-detail.ts';

export interface Asked {
  readonly isAsking: boolean;
  readonly columns: readonly string[] | undefined;
  readonly rows: readonly (readonly Cell[])[];
  readonly progress: Extract<AskEvent, { type: 'progress' }> | undefined;
  readonly done: Extract<AskEvent, { type: 'done' }> | undefined;
  readonly error: Pick<Extract<AskEvent, { type: 'error' }>, 'code' | 'message' | 'hint'> | undefined;
}

const nothing: Asked = {
  ...{
    isAsking: false,
    columns: undefined,
    rows: [],
    progress: undefined,
    done: undefined,
    error: undefined,
  },
};

/** One question at a time; its rows as they come. Asking again, or `cancel`, ends the one before. */
export function useQuestion() {
  const [asked, setAsked] = useState<Asked>(nothing);
  const running = useRef<AbortController | undefined>(undefined);
  const cancel = () => {
    running.current?.abort();
    setAsked((before) => ({ ...before, isAsking: false, progress: undefined }));
  };
  const ask = async (sql: string) => {
    running.current?.abort();
    const stop = new AbortController();
    running.current = stop;
    setAsked({ ...nothing, isAsking: true });
    try {
      for await (const event of readEvents(sql, stop.signal)) setAsked((before) => take(before, event));
    } catch (error) {
      if (stop.signal.aborted) return;
      setAsked((before) => ({ ...before, error: lost(error) }));
    }
    if (running.current === stop) setAsked((before) => ({ ...before, isAsking: false, progress: undefined }));
  };
  return { asked, ask, cancel };
}

function take(before: Asked, event: AskEvent): Asked {
  if (event.type === 'progress') return { ...before, progress: event };
  if (event.type === 'columns') return { ...before, columns: event.columns, progress: undefined };
  if (event.type === 'rows') return { ...before, rows: [...before.rows, ...event.rows] };
  return event.type === 'done' ? { ...before, done: event } : { ...before, error: event };
}

async function* readEvents(sql: string, signal: AbortSignal): AsyncGenerator<AskEvent> {
  const response = await fetch(`/api/ask?${new URLSearchParams({ sql })}`, { signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  while (reader) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as AskEvent;
  }
}

function lost(error: unknown) {
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'PAGE_GONE',
    message,
    hint: 'varve serve has ended, or the question is too long for an address',
  };
}
