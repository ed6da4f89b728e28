import { closeSync } from 'node:fs';
import { durableFs, letGo, linkless } from '../file/index.ts';

/**
 * The file of a new session, while the disk may not have it yet: what a power failure leaves of it then may be an empty file.
 * Until the disk has it, it keeps the name that it was made under beside its own, by which `recoverSessions` knows that.
 */
export class Newborn {
  /** Closing it drops the locks that this process has on the file. */
  readonly held: number;
  #work: string | undefined;

  private constructor(held: number, work: string | undefined) {
    this.held = held;
    this.#work = work;
  }

  /** Gives a whole file its name, which the caller knows to be free. Nothing is left after a failure. */
  static make(path: string, work: string, image: Uint8Array): Newborn {
    const held = durableFs.stageHeld(work, image);
    try {
      return new Newborn(held, name(held, work, path));
    } catch (error) {
      closeSync(held);
      durableFs.remove(work);
      throw error;
    }
  }

  /** The disk has its bytes when it resolves; `isNamed` tells that it has its name, too. */
  async syncAside(): Promise<void> {
    if (this.#work !== undefined) await durableFs.syncHeldAside(this.held);
  }

  isNamed(): void {
    if (this.#work !== undefined) durableFs.remove(this.#work);
    this.#work = undefined;
  }

  /** As `syncAside`, when the file has been closed. */
  sync(): void {
    if (this.#work === undefined) return;
    durableFs.syncHeld(this.held);
    this.isNamed();
  }

  /** When SQLite has closed the file. */
  letGo(path: string): void {
    letGo(this.held, path);
  }
}

/** Returns the name that it had, where it keeps that: where there are no hard links, it is forced to the disk first. */
function name(held: number, work: string, path: string): string | undefined {
  try {
    durableFs.link(work, path);
    return work;
  } catch (error) {
    if (!linkless.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    durableFs.syncHeld(held);
    durableFs.rename(work, path);
    return undefined;
  }
}
