import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { cleanLine } from '../parts/clean.ts';
import type { ChartData } from './choose-chart.ts';

const height = 240;
const colours = ['--water', '--tool', '--made', '--choice', '--bad'];

/** A chart of a query's rows; the table beside it has the same numbers in words. */
export function Chart({ data }: { readonly data: ChartData }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const plot = new uPlot(
      optionsOf(data, element.clientWidth),
      [[...data.xs], ...data.series.map(({ values }) => [...values])],
      element,
    );
    const watch = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [data]);
  return (
    <div
      class="chart"
      ref={host}
      role="img"
      aria-label={`a chart of ${data.series.map(({ name }) => name).join(', ')}`}
    />
  );
}

function optionsOf(data: ChartData, width: number): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => resolveColour(style.getPropertyValue(name));
  const axis = {
    stroke: colour('--soft'),
    grid: { stroke: colour('--hair'), width: 1 },
    ticks: { show: false },
  };
  const isBars = data.kind !== 'lines';
  const scale = data.kind === 'lines' ? { time: true } : { time: false, range: rangeOf(data) };
  return {
    ...{ width, height },
    scales: { x: scale },
    legend: { live: !isBars },
    cursor: { drag: { x: !isBars, y: false } },
    axes: [{ ...axis, grid: { show: false }, ...(data.kind === 'bars' && namesOf(data)) }, axis],
    series: [
      {},
      ...data.series.map(({ name }, at) => {
        const stroke = colour(colours[at % colours.length] ?? '--water');
        const bars = uPlot.paths.bars?.({ size: [0.7 / data.series.length, 60], align: 0 });
        return {
          label: cleanLine(name),
          stroke,
          width: isBars ? 0 : 1.5,
          fill: isBars ? stroke : 'transparent',
          points: { show: false },
          ...(isBars && bars && { paths: bars }),
        };
      }),
    ],
  };
}

function rangeOf({ xs }: ChartData): [number, number] {
  const [first = 0, second = 1] = xs;
  const half = (second - first) / 2 || 0.5;
  return [first - half, (xs.at(-1) ?? 1) + half];
}

function namesOf({ xs, labels }: ChartData) {
  const short = labels.map((label) => cleanLine(label).slice(0, 14));
  const every = Math.max(1, Math.ceil(labels.length / 14));
  const splits = xs.filter((_, at) => at % every === 0);
  return {
    splits: () => [...splits],
    values: (_: uPlot, places: number[]) => places.map((place) => short[place] ?? ''),
  };
}

/** The canvas does not know `light-dark()`: the browser tells what it is now. */
function resolveColour(value: string): string {
  const probe = document.createElement('i');
  probe.style.color = value;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
