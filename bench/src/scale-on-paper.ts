/** What was measured of one archive. */
export interface MeasuredSink {
  readonly name: string;
  readonly cpuMs: number;
  /** That it takes where it goes to; 0 where that is no place of its own. */
  readonly sizeBytes: number;
  /** Requests to the bucket that the archives lie in. */
  readonly gets: number;
  readonly puts: number;
}

/** Dollars in us-east-1, November 2026: https://aws.amazon.com/s3/pricing/ */
const prices = { aThousandPuts: 0.005, aThousandGets: 0.0004, aGigabyteMonth: 0.023 };
const archiveBytes = 100_000;
const workers = [2, 16, 128];
const fleets = [1e6, 1e7, 1e8];

/**
 * Reckons fleets from what was measured of one archive, as a table in Markdown. Hours are CPU time divided by the workers, a
 * core each; a listing asks once for a thousand archives; a month's storage is of the archives themselves.
 */
export function renderPaper(sinks: readonly MeasuredSink[]): string {
  const head = [
    '',
    'archives',
    'CPU ms each',
    'requests',
    'dollars',
    ...workers.map((n) => `hours by ${n}`),
    'size there',
  ];
  const lines = sinks.flatMap((sink) =>
    fleets.map((count, at) => [
      at === 0 ? sink.name : '',
      power(count),
      at === 0 ? sink.cpuMs.toFixed(1) : '',
      power(count * (sink.gets + sink.puts) + count / 1000),
      dollars(count, sink),
      ...workers.map((n) => hours((count * sink.cpuMs) / n)),
      sink.sizeBytes === 0 ? '' : size(count * sink.sizeBytes),
    ]),
  );
  return [head, head.map(() => '---'), ...lines].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** What the archives themselves cost in a bucket. */
export function renderStorage(): string {
  return fleets
    .map(
      (count) =>
        `${power(count)}: ${size(count * archiveBytes)}, $${money(((count * archiveBytes) / 1e9) * prices.aGigabyteMonth)} a month`,
    )
    .join('; ');
}

function dollars(count: number, { gets, puts }: MeasuredSink): string {
  const lists = count / 1000;
  return `$${money(((puts * count + lists) / 1000) * prices.aThousandPuts + ((gets * count) / 1000) * prices.aThousandGets)}`;
}

function money(amount: number): string {
  return amount < 10 ? amount.toFixed(2) : String(Math.round(amount));
}

function hours(ms: number): string {
  const value = ms / 3_600_000;
  return value < 10 ? value.toFixed(value < 1 ? 2 : 1) : String(Math.round(value));
}

function size(bytes: number): string {
  if (bytes < 1e12) return `${(bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)} GB`;
  return `${(bytes / 1e12).toFixed(bytes < 1e13 ? 1 : 0)} TB`;
}

function power(count: number): string {
  const exponent = Math.floor(Math.log10(count));
  const factor = count / 10 ** exponent;
  return `${factor < 1.05 ? '' : `${factor.toFixed(1)} × `}10^${exponent}`;
}
