import { Presets, SingleBar } from 'cli-progress';
import pc from 'picocolors';

/** Where the demo prints to. Progress goes to stderr, and only where someone watches. */
export class Screen {
  readonly #output: NodeJS.WritableStream;
  #step = 0;

  constructor(output: NodeJS.WritableStream) {
    this.#output = output;
  }

  /** The title of the next step. */
  heading(title: string): void {
    this.#step += 1;
    this.#output.write(`\n${pc.bold(pc.cyan(`${this.#step}  ${title}`))}\n`);
  }

  line(text = ''): void {
    this.#output.write(text ? `   ${text}\n` : '\n');
  }

  /** Something that was checked, not only said. */
  proof(text: string): void {
    this.line(`${pc.green('✓')} ${text}`);
  }

  note(text: string): void {
    this.line(pc.dim(text));
  }

  /** The first row holds the titles, the first title names the table; columns of numbers are set to the right. */
  table(titles: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
    const cells = [titles, ...rows].map((row) => row.map(String));
    const widths = titles.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
    const isNumber = titles.map((_, at) => rows.every((row) => /^[\d.]+$/.test(String(row[at]))));
    for (const [at, row] of cells.entries()) {
      const padded = row.map((cell, column) => {
        const width = widths[column] ?? 0;
        return isNumber[column] ? cell.padStart(width) : cell.padEnd(width);
      });
      const [first = '', ...rest] = padded;
      if (at === 0) this.line(`${pc.bold(first)}  ${pc.dim(rest.join('  ').trimEnd())}`);
      else this.line(padded.join('  ').trimEnd());
    }
  }

  /** Runs work that reports how much of the total is done. */
  async withProgress<T>(
    label: string,
    total: number,
    run: (onProgress: (done: number) => void) => Promise<T>,
  ): Promise<T> {
    if (!process.stderr.isTTY) return run(() => {});
    const format = `   ${label} {bar} {value}/{total}`;
    const bar = new SingleBar({ format, hideCursor: true, clearOnComplete: true }, Presets.rect);
    bar.start(total, 0);
    try {
      return await run((done) => bar.update(done));
    } finally {
      bar.stop();
    }
  }
}
