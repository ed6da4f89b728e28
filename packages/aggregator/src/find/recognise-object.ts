import { headerSizeBytes, openStore, parseStart, splitObjectUrl } from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import type { FoundFile } from './found-file.ts';
import { isExpected, type RecognisedFile } from './recognise-archive.ts';

/** `recogniseArchive` for an object of a store, by the range of bytes that is its header. */
export async function recogniseObject(file: FoundFile): Promise<RecognisedFile | VarveError | undefined> {
  try {
    return {
      ...file,
      header: file.sizeBytes === 0 ? parse(new Uint8Array(), file) : await readHeaderOf(file),
    };
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    const isOther = error.code === 'FILE_NOT_A_DATABASE' || error.code === 'FILE_EMPTY';
    return isOther && !isExpected(file) ? undefined : error;
  }
}

async function readHeaderOf(file: FoundFile) {
  const { root, key } = splitObjectUrl(file.path);
  const { bytes } = await openStore(root).readRange(key, 0, headerSizeBytes);
  return parse(bytes, file);
}

function parse(bytes: Uint8Array, { path, sizeBytes }: FoundFile) {
  return parseStart(Buffer.from(bytes), sizeBytes, path);
}
