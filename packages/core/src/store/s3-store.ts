import { createReadStream, createWriteStream, readFileSync, rmSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { VarveError } from '@varve/schema/errors';
import { hashFile } from '../file/index.ts';
import type { ListOptions, PutCondition, Store, StoreEntry, StorePage, StoreRange } from './contract.ts';
import { holdsSame } from './push-file.ts';
import { putInParts } from './put-in-parts.ts';
import { type LoadedClient, loadS3Client } from './s3-client.ts';
import { s3Error } from './s3-error.ts';
import { parseStoreUrl } from './store-url.ts';

/** A body of this size is sent from memory, and so again when the first attempt fails. */
const mostBytesInMemory = 64 * 1024 ** 2;

/** What a listing or an answer says of an object. */
interface ObjectFacts {
  readonly Size?: number | undefined;
  readonly ContentLength?: number | undefined;
  readonly LastModified?: Date | undefined;
  readonly ETag?: string | undefined;
}

interface S3Limits {
  /** A larger file goes in parts. */
  readonly mostBytesAtOnce: number;
  readonly partBytes: number;
}

/** S3 takes 5 GiB at once, and up to 10,000 parts. */
const defaultLimits: S3Limits = { mostBytesAtOnce: 4 * 1024 ** 3, partBytes: 128 * 1024 ** 2 };

/** A bucket, or what is below a prefix in it, by any server that speaks S3. */
export class S3Store implements Store {
  readonly url: string;
  readonly #bucket: string;
  /** With a `/` at the end, unless empty. */
  readonly #prefix: string;
  readonly #limits: S3Limits;

  constructor(url: string, limits: S3Limits = defaultLimits) {
    this.#limits = limits;
    const { bucket, prefix } = parseStoreUrl(url);
    this.url = prefix ? `s3://${bucket}/${prefix}` : `s3://${bucket}`;
    this.#bucket = bucket;
    this.#prefix = prefix && `${prefix}/`;
  }

  async list({ after, limit }: ListOptions = {}): Promise<StorePage> {
    return this.#ask('', async ({ sdk, client }) => {
      const { Contents = [], IsTruncated } = await client.send(
        new sdk.ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: this.#prefix,
          ...(after !== undefined && { StartAfter: this.#prefix + after }),
          ...(limit !== undefined && { MaxKeys: limit }),
        }),
      );
      const entries = Contents.map((found) => toEntry((found.Key ?? '').slice(this.#prefix.length), found));
      return { entries, isLast: !IsTruncated };
    });
  }

  async read(key: string, into: string): Promise<StoreEntry> {
    return this.#ask(key, async ({ sdk, client }) => {
      const answer = await client.send(new sdk.GetObjectCommand(this.#object(key)));
      const entry = toEntry(key, answer);
      await saveWhole(answer.Body as Readable, into, entry, this.#urlOf(key));
      return entry;
    });
  }

  async readRange(key: string, start: number, sizeBytes: number): Promise<StoreRange> {
    return this.#ask(key, async ({ sdk, client }) => {
      const Range = `bytes=${start}-${start + sizeBytes - 1}`;
      const answer = await client.send(new sdk.GetObjectCommand({ ...this.#object(key), Range }));
      const bytes = await collect(answer.Body as Readable, answer.ContentLength, this.#urlOf(key));
      const whole = Number(answer.ContentRange?.split('/')[1] ?? answer.ContentLength);
      return { bytes: bytes.subarray(0, sizeBytes), entry: { ...toEntry(key, answer), sizeBytes: whole } };
    });
  }

  /** Where an earlier attempt had no answer, what lies there may be what it wrote. */
  async put(key: string, from: string, condition: PutCondition): Promise<{ readonly etag: string }> {
    try {
      return await this.#ask(key, (loaded) => this.#put(loaded, key, from, condition));
    } catch (error) {
      const isRetried = error instanceof VarveError && Number(error.details.attempts) > 1;
      if (!isRetried || error.code !== 'STORE_CHANGED' || condition === 'absent') throw error;
      const etag = await holdsSame(this, key, from);
      if (etag === undefined) throw error;
      return { etag };
    }
  }

  async #put({ sdk, client }: LoadedClient, key: string, from: string, condition: PutCondition) {
    const sizeBytes = statSync(from).size;
    const object = { ...this.#object(key), ContentType: contentType(key) };
    if (sizeBytes > this.#limits.mostBytesAtOnce)
      return putInParts({ sdk, client }, object, from, conditionHeaders(condition), this.#limits.partBytes);
    const answer = await client.send(
      new sdk.PutObjectCommand({
        ...object,
        Body: sizeBytes > mostBytesInMemory ? createReadStream(from) : readFileSync(from),
        ContentLength: sizeBytes,
        ChecksumSHA256: Buffer.from(hashFile(from), 'hex').toString('base64'),
        ...conditionHeaders(condition),
      }),
    );
    return { etag: answer.ETag ?? '' };
  }

  async remove(key: string): Promise<void> {
    await this.#ask(key, ({ sdk, client }) => client.send(new sdk.DeleteObjectCommand(this.#object(key))));
  }

  #object(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + key };
  }

  #urlOf(key: string): string {
    return key ? `${this.url}/${key}` : this.url;
  }

  /**
   * The client asks again by itself until there is an answer, within a budget for all requests together, which a few dozen
   * connections that idled too long exceed; and not where an answer breaks off.
   */
  async #ask<T>(key: string, request: (loaded: LoadedClient) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await request(await loadS3Client());
      } catch (cause) {
        const error = s3Error(cause, this.#urlOf(key), attempt);
        const isWorthIt = error.code === 'STORE_TORN' || isHungUp(cause);
        if (!isWorthIt || attempt === mostAttempts) throw error;
        await setImmediate();
      }
    }
  }
}

const mostAttempts = 3;

function conditionHeaders(condition: PutCondition): { IfNoneMatch?: string; IfMatch?: string } {
  if (condition === 'absent') return { IfNoneMatch: '*' };
  return condition === 'any' ? {} : { IfMatch: condition.etag };
}

function toEntry(key: string, { Size, ContentLength, LastModified, ETag }: ObjectFacts): StoreEntry {
  const sizeBytes = Size ?? ContentLength ?? 0;
  return { key, sizeBytes, mtimeMs: LastModified?.getTime() ?? 0, etag: ETag ?? '' };
}

async function collect(body: Readable, promised: number | undefined, url: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of body) chunks.push(chunk as Buffer);
  } catch (error) {
    throw isConnectionLost(error) ? torn(url, undefined, promised, error) : error;
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.length !== promised) throw torn(url, bytes.length, promised);
  return bytes;
}

async function saveWhole(body: Readable, into: string, entry: StoreEntry, url: string): Promise<void> {
  try {
    await pipeline(body, createWriteStream(into, { flags: 'wx', mode: 0o600 }));
    const { size } = statSync(into);
    if (size !== entry.sizeBytes) throw torn(url, size, entry.sizeBytes);
  } catch (error) {
    rmSync(into, { force: true });
    throw isConnectionLost(error) ? torn(url, undefined, entry.sizeBytes, error) : error;
  }
}

function isConnectionLost(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return (
    ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'EPIPE', 'ETIMEDOUT'].includes(code) ||
    /aborted/.test(String(error))
  );
}

/** Before there was an answer: the server had closed the connection, or closes it. */
function isHungUp(error: unknown): boolean {
  const { code = '', message = '' } = error as NodeJS.ErrnoException;
  return ['ECONNRESET', 'EPIPE'].includes(code) || /socket hang up|ECONNRESET|EPIPE/.test(message);
}

function torn(
  path: string,
  got: number | undefined,
  promised: number | undefined,
  cause?: unknown,
): VarveError {
  return new VarveError('STORE_TORN', `the store broke off: ${got ?? 'fewer'} of ${promised} bytes came`, {
    path,
    hint: 'run it again; nothing was kept of it',
    details: { got, promised },
    cause,
  });
}

/** Source: https://www.iana.org/assignments/media-types/application/vnd.sqlite3 */
function contentType(key: string): string {
  if (/\.(db|sqlite|sqlite3)$/i.test(key)) return 'application/vnd.sqlite3';
  if (key.endsWith('.parquet')) return 'application/vnd.apache.parquet';
  return key.endsWith('.json') ? 'application/json' : 'application/octet-stream';
}
