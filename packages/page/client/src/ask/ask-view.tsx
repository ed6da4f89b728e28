import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ViewProps } from '../app.tsx';
import { cleanLine } from '../parts/clean.ts';
import { Failure } from '../parts/failure.tsx';
import { formatCount, formatDuration, plural } from '../parts/format.ts';
import { Grid } from '../parts/grid.tsx';
import { changeQuery } from '../parts/place.ts';
import { addToHistory, readHistory } from './ask-history.ts';
import { Chart } from './chart.tsx';
import { chooseChart } from './choose-chart.ts';
import { presetsFor } from './presets.ts';
import { type Asked, useQuestion } from './question.ts';
import { SqlEditor } from './sql-editor.tsx';

/** SQL at head's schema over every session, whatever version wrote it. */
export function AskView({ place: { query }, info }: ViewProps) {
  const inAddress = query.get('sql') ?? '';
  const [text, setText] = useState(inAddress);
  const [past, setPast] = useState(readHistory);
  const { asked, ask, cancel } = useQuestion();
  const run = (sql: string) => {
    if (sql.trim() === '') return;
    setPast(addToHistory(sql));
    changeQuery({ sql });
    void ask(sql);
  };
  useEffect(() => {
    if (inAddress !== '') void ask(inAddress);
  }, []);
  const choose = (sql: string) => {
    setText(sql);
    run(sql);
  };
  return (
    <div class="ask">
      <h1 class="unseen">Ask</h1>
      <section class="question">
        <SqlEditor text={text} tables={info.tables} onChange={setText} onRun={() => run(text)} />
        <div class="question-foot">
          {asked.isAsking && !asked.done ? (
            <button type="button" class="plain" onClick={cancel}>
              Cancel
            </button>
          ) : (
            <button type="button" class="plain main" onClick={() => run(text)} disabled={text.trim() === ''}>
              Ask <kbd>Ctrl ⏎</kbd>
            </button>
          )}
          <Outcome asked={asked} />
        </div>
      </section>
      <aside aria-label="Questions">
        <h2>Questions to begin with</h2>
        <ul>
          {presetsFor(info.tables).map(({ title, sql }) => (
            <li key={title}>
              <button type="button" class="quiet" onClick={() => choose(sql)}>
                {title}
              </button>
            </li>
          ))}
        </ul>
        {past.length > 0 && <h2>Asked before</h2>}
        <ul>
          {past.map((sql) => (
            <li key={sql}>
              <button type="button" class="quiet id" title={sql} onClick={() => setText(sql)}>
                {cleanLine(sql).slice(0, 90)}
              </button>
            </li>
          ))}
        </ul>
      </aside>
      <Answer asked={asked} />
    </div>
  );
}

function Outcome({ asked }: { readonly asked: Asked }) {
  const { isAsking, progress, done, rows } = asked;
  return (
    <span class="faint" role="status">
      {isAsking && !progress && rows.length === 0 && 'asking…'}
      {progress && (
        <>
          {formatCount(progress.done)} of {formatCount(progress.total)} files{' '}
          <progress value={progress.done} max={progress.total} aria-label="files read" />
        </>
      )}
      {done && `${plural(done.rows, 'row')} in ${formatDuration(done.durationMs)}`}
      {done?.cut && `, and more: cut off by their ${done.cut === 'rows' ? 'number' : 'size'}`}
      {done && done.problems > 0 && `; ${plural(done.problems, 'file')} could not be read`}
    </span>
  );
}

function Answer({ asked }: { readonly asked: Asked }) {
  const { columns, rows, done, error } = asked;
  const chart = useMemo(
    () => (columns && done ? chooseChart(columns, rows) : undefined),
    [columns, rows, done],
  );
  if (error) return <Failure error={error} />;
  if (!columns) return <div class="answer" />;
  return (
    <div class="answer">
      {chart && <Chart data={chart} />}
      <Grid columns={columns} rows={rows} label="Answer" />
    </div>
  );
}
