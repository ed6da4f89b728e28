/** One object of a store, as a listing shows it. */
export interface StoreEntry {
  /** Below the store's root, with `/`. */
  readonly key: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  /** Another one as soon as the bytes are others. */
  readonly etag: string;
}

export interface ListOptions {
  /** The cursor: what comes after this key, whether that is still there or not. From the start unless given. */
  readonly after?: string | undefined;
  /** How many entries at most; a page of the store's own size unless given. */
  readonly limit?: number;
}

export interface StorePage {
  /** In the order of their keys. */
  readonly entries: readonly StoreEntry[];
  /** Whether nothing comes after them. */
  readonly isLast: boolean;
}

/** Under which condition an object is written: that there is none, that it is still this one, or none at all. */
export type PutCondition = 'absent' | 'any' | { readonly etag: string };

/** What of an object was asked for, and how long all of it is. */
export interface StoreRange {
  readonly bytes: Uint8Array;
  readonly entry: StoreEntry;
}

/**
 * Where archives lie, a folder or a bucket: all that varve asks of it. Every method throws STORE_DENIED,
 * STORE_UNREACHABLE, STORE_BUSY, STORE_NOT_FOUND or STORE_REFUSED for what is wrong with the store itself, after the
 * retries that help, and FILE_NOT_FOUND for an object that is not there.
 */
export interface Store {
  /** What keys are below: an absolute path, or `s3://bucket/prefix`; without a `/` at the end. */
  readonly url: string;
  list(options?: ListOptions): Promise<StorePage>;
  /**
   * Copies an object whole into a new file.
   *
   * @throws STORE_TORN when fewer bytes came than the store had promised; no file is left then
   */
  read(key: string, into: string): Promise<StoreEntry>;
  /** As many of the bytes as there are. */
  readRange(key: string, start: number, sizeBytes: number): Promise<StoreRange>;
  /**
   * Writes a file's bytes as an object, whole or not at all.
   *
   * @throws STORE_CHANGED where the condition does not hold; the object is as it was
   */
  put(key: string, from: string, condition: PutCondition): Promise<{ readonly etag: string }>;
  /** Also where there is none. */
  remove(key: string): Promise<void>;
}
