import { setImmediate } from 'node:timers/promises';
import { type CompiledVersion, compileVersion, type Prepare, takeVersion } from '@varve/core/upgrading';
import { type LineageSchemas, readSchemas, takeSchemas, versionFromHint } from '@varve/migrations/internal';
import type { RecognisedFile } from '../find/index.ts';
import type { Ask } from '../work/index.ts';
import type { UpgradeSettings } from './upgrade-file.ts';

/** What a worker is told before its first file. Without the schemas it reads them itself, and finds out what is wrong. */
export interface UpgradeSetup {
  readonly settings: UpgradeSettings;
  readonly schemas: LineageSchemas | undefined;
}

/** What a worker asks for; it is told a `CompiledVersion`. */
export interface VersionToCompile {
  readonly from: number;
}

/** Compiles for all workers what each of them would compile for itself. What fails is for them to say. */
export class CompileOnce implements Disposable {
  readonly #settings: UpgradeSettings;
  /** By version, the size of the largest file: the largest are done first. */
  readonly #expected = new Map<number, number>();

  constructor(settings: UpgradeSettings) {
    this.#settings = settings;
  }

  /** There is a file that says so of its version. */
  expect({ header, sizeBytes }: RecognisedFile): void {
    const { lineage } = this.#settings;
    const from = header && unlessFailing(() => versionFromHint(header, lineage));
    if (from !== undefined && from < lineage.migrations.length)
      this.#expected.set(from, Math.max(sizeBytes, this.#expected.get(from) ?? 0));
  }

  /** For a worker that has a task. Until it asks, what is expected is compiled, between other work. */
  readSchemas(): LineageSchemas | undefined {
    void this.#compileExpected();
    return unlessFailing(() => readSchemas(this.#settings.lineage));
  }

  async #compileExpected(): Promise<void> {
    for (const [from] of [...this.#expected].sort(([, a], [, b]) => b - a)) {
      await setImmediate();
      if (this.#expected.delete(from)) this.answer({ from });
    }
  }

  answer({ from }: VersionToCompile): CompiledVersion | undefined {
    const { lineage, verify } = this.#settings;
    return unlessFailing(() => compileVersion(lineage, from, verify));
  }

  /** Nothing is expected any more. */
  [Symbol.dispose](): void {
    this.#expected.clear();
  }
}

/** Has a worker take what is compiled for it: what it awaits before it upgrades a file of a version. */
export function takeCompiled({ settings, schemas }: UpgradeSetup, ask: Ask): Prepare {
  const { lineage } = settings;
  if (schemas) takeSchemas(lineage, schemas);
  const asked = new Map<number, Promise<void> | undefined>();
  const take = async (from: number): Promise<void> => {
    const compiled = (await ask({ from } satisfies VersionToCompile)) as CompiledVersion | undefined;
    if (compiled) takeVersion(lineage, from, compiled);
    asked.set(from, undefined);
  };
  return (from) => {
    if (!asked.has(from)) asked.set(from, take(from));
    return asked.get(from);
  };
}

function unlessFailing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
