import { problemOfError } from '../reading/index.ts';
import type { SessionFile } from '../sources/index.ts';
import type { ReadFile } from './catalog.ts';

/** How many are fetched at once. */
const atOnce = 16;

interface RemoteFilesOptions {
  readonly read: (file: SessionFile) => Promise<ReadFile>;
  readonly onRead: (read: readonly ReadFile[]) => void;
}

/** Files that are fetched before they are read: what was asked for last comes first, each once. */
export class RemoteFiles {
  readonly #options: RemoteFilesOptions;
  readonly #underWay = new Map<string, Promise<void>>();
  #failed: SessionFile[] = [];
  #free = atOnce;
  #waiting: (() => void)[] = [];

  constructor(options: RemoteFilesOptions) {
    this.#options = options;
  }

  async readAll(files: readonly SessionFile[]): Promise<void> {
    await Promise.all(files.map((file) => this.#readOnce(file)));
  }

  /** Those that the store did not give: another time it may. */
  takeFailed(): SessionFile[] {
    const failed = this.#failed;
    this.#failed = [];
    return failed;
  }

  #readOnce(file: SessionFile): Promise<void> {
    const begun = this.#underWay.get(file.key) ?? this.#readInTurn(file);
    this.#underWay.set(file.key, begun);
    return begun;
  }

  async #readInTurn(file: SessionFile): Promise<void> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free -= 1;
    try {
      this.#options.onRead([await this.#options.read(file)]);
    } catch (error) {
      this.#failed.push(file);
      this.#options.onRead([{ file, is: problemOfError(error, file.path).code }]);
    } finally {
      this.#underWay.delete(file.key);
      const next = this.#waiting.pop();
      if (next) next();
      else this.#free += 1;
    }
  }
}
