import type { ComponentChildren } from 'preact';
import type { Facet, Facets } from '../../../src/api/session-list.ts';
import { cleanLine } from '../parts/clean.ts';
import { formatCount } from '../parts/format.ts';
import { changeQuery } from '../parts/place.ts';
import { useAnswer } from '../parts/use-answer.ts';

export interface FiltersProps {
  readonly query: URLSearchParams;
  readonly news: unknown;
}

/** What the table is narrowed to; all of it is in the address. */
export function Filters({ query, news }: FiltersProps) {
  const { value: facets } = useAnswer<Facets>('/api/facets', news);
  const { agents = [], models = [], statuses = [], versions = [] } = facets ?? {};
  return (
    <div class="filters">
      <Choice name="agent" title="Agent" facets={agents} query={query} />
      <Choice name="model" title="Model" facets={models} query={query} />
      <Choice name="status" title="Status" facets={statuses} query={query} />
      <Choice name="version" title="Version" facets={versions} query={query} />
      <Toggle name="failed" query={query}>
        Failures
      </Toggle>
      <Toggle name="live" query={query}>
        Live
      </Toggle>
    </div>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly title: string;
  readonly facets: readonly Facet[];
  readonly query: URLSearchParams;
}

function Choice({ name, title, facets, query }: ChoiceProps) {
  const chosen = query.get(name) ?? '';
  if (facets.length === 0 && chosen === '') return null;
  const isListed = chosen === '' || facets.some(({ value }) => value === chosen);
  return (
    <label class={chosen === '' ? 'choice' : 'choice chosen'}>
      <span aria-hidden="true">{title}</span>
      <select
        aria-label={title}
        value={chosen}
        onChange={(event) => changeQuery({ [name]: event.currentTarget.value })}
      >
        <option value="">any</option>
        {!isListed && <option value={chosen}>{cleanLine(chosen)}</option>}
        {facets.map(({ value, count }) => (
          <option key={value} value={value}>
            {cleanLine(value).slice(0, 60)} ({formatCount(count)})
          </option>
        ))}
      </select>
    </label>
  );
}

interface ToggleProps {
  readonly name: string;
  readonly query: URLSearchParams;
  readonly children: ComponentChildren;
}

function Toggle({ name, query, children }: ToggleProps) {
  const isOn = query.has(name);
  return (
    <button
      type="button"
      class="toggle"
      aria-pressed={isOn}
      onClick={() => changeQuery({ [name]: isOn ? null : '1' })}
    >
      {children}
    </button>
  );
}
