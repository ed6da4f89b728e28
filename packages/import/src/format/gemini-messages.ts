import { Shelf } from '../archive/index.ts';
import { type JsonObject, objectOf } from './json-access.ts';

/** Of the records that told them; beyond, they are kept in a file. */
const mostHeldBytes = 1 << 23;

/** The messages of a log as they were told last, in the order in which each was told first. */
export class GeminiMessages {
  /** Undefined for one that is on the shelf. */
  readonly #messages = new Map<string, JsonObject | undefined>();
  #heldBytes = 0;
  #shelf: Shelf | undefined;

  /** @param sizeBytes About. */
  set(id: string, message: JsonObject, sizeBytes: number): void {
    this.#messages.set(id, message);
    this.#heldBytes += sizeBytes;
    if (this.#heldBytes > mostHeldBytes) this.#shelveAll();
  }

  has(id: string): boolean {
    return this.#messages.has(id);
  }

  get(id: string): JsonObject {
    return this.#messages.get(id) ?? objectOf(JSON.parse(Buffer.from(this.#shelf?.get(id) ?? []).toString()));
  }

  ids(): Iterable<string> {
    return this.#messages.keys();
  }

  close(): void {
    this.#shelf?.close();
    this.#shelf = undefined;
  }

  #shelveAll(): void {
    this.#shelf ??= new Shelf();
    for (const [id, message] of this.#messages) {
      if (message === undefined) continue;
      this.#shelf.put(id, Buffer.from(JSON.stringify(message)));
      this.#messages.set(id, undefined);
    }
    this.#heldBytes = 0;
  }
}
