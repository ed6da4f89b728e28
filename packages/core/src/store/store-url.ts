import { VarveError } from '@varve/schema/errors';

/** A bucket, or what lies below a prefix of its keys. */
export type StoreUrl = `s3://${string}`;

export function isStoreUrl(where: string): where is StoreUrl {
  return where.startsWith('s3://');
}

export interface BucketPlace {
  readonly bucket: string;
  /** Without a `/` at either end; empty for the whole bucket. */
  readonly prefix: string;
}

/** @throws USAGE */
export function parseStoreUrl(url: string): BucketPlace {
  const [, bucket, prefix = ''] = /^s3:\/\/([a-zA-Z0-9._-]+)(?:\/(.*))?$/s.exec(url) ?? [];
  if (!bucket) {
    throw new VarveError('USAGE', 'the address names no bucket', {
      path: url,
      hint: 'write s3://bucket or s3://bucket/prefix',
    });
  }
  return { bucket, prefix: prefix.replace(/^\/+|\/+$/g, '') };
}

/** The bucket of an object, and its key there, as it is: a key may begin with a `/`, or have several in a row. */
export function splitObjectUrl(url: string): { readonly root: string; readonly key: string } {
  const { bucket } = parseStoreUrl(url);
  return { root: `s3://${bucket}`, key: url.slice(`s3://${bucket}/`.length) };
}
