import { open } from 'node:fs/promises';
import type { LoadedClient } from './s3-client.ts';

interface Target {
  readonly Bucket: string;
  readonly Key: string;
  readonly ContentType: string;
}

/**
 * Writes a file that is too large for one request: part by part, then all of it at once under its condition. Where that fails
 * nothing is left.
 */
export async function putInParts(
  { sdk, client }: LoadedClient,
  { ContentType, ...object }: Target,
  from: string,
  condition: { readonly IfNoneMatch?: string; readonly IfMatch?: string },
  partBytes: number,
): Promise<{ readonly etag: string }> {
  const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand({ ...object, ContentType }));
  const upload = { ...object, UploadId };
  try {
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    for await (const Body of readParts(from, partBytes)) {
      const PartNumber = Parts.length + 1;
      const { ETag } = await client.send(new sdk.UploadPartCommand({ ...upload, PartNumber, Body }));
      Parts.push({ PartNumber, ETag });
    }
    const done = new sdk.CompleteMultipartUploadCommand({
      ...upload,
      ...condition,
      MultipartUpload: { Parts },
    });
    return { etag: (await client.send(done)).ETag ?? '' };
  } catch (error) {
    await client.send(new sdk.AbortMultipartUploadCommand(upload)).catch(() => {});
    throw error;
  }
}

async function* readParts(path: string, partBytes: number): AsyncGenerator<Buffer> {
  await using file = await open(path);
  for (;;) {
    const part = Buffer.allocUnsafe(partBytes);
    let filled = 0;
    for (let read = 1; read > 0 && filled < partBytes; filled += read)
      read = (await file.read(part, filled, partBytes - filled)).bytesRead;
    if (filled === 0) return;
    yield part.subarray(0, filled);
    if (filled < partBytes) return;
  }
}
