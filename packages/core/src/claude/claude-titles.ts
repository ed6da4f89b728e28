import { type JsonObject, textOf } from './json-access.ts';

interface Title {
  readonly leaf: string | undefined;
  readonly title: string;
  readonly weight: number;
}

export type SavedTitles = readonly Title[];

/** What a transcript calls its session, or those that it continues. */
export class ClaudeTitles {
  readonly #titles: Title[];

  constructor(saved: SavedTitles = []) {
    this.#titles = [...saved];
  }

  save(): SavedTitles {
    return this.#titles;
  }

  /** Keeps a record's title, if it has one. */
  take(type: string, record: JsonObject): void {
    const title = textOf(record.customTitle) ?? textOf(record.aiTitle) ?? textOf(record.title);
    if (type === 'summary' && typeof record.summary === 'string') {
      this.#titles.push({ leaf: textOf(record.leafUuid), title: record.summary, weight: 1 });
    } else if (type.endsWith('-title') && title) {
      this.#titles.push({ leaf: undefined, title, weight: type === 'custom-title' ? 3 : 2 });
    }
  }

  /** The last of the best, of those whose record a session has; empty for none. */
  best(knows: (uuid: string) => boolean | undefined): string {
    const own = this.#titles.filter(({ leaf }) => leaf === undefined || knows(leaf));
    return own.reduce((a, b) => (b.weight >= a.weight ? b : a), { weight: 0, title: '' }).title;
  }
}
