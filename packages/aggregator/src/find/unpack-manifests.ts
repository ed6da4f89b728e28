import { join } from 'node:path';
import {
  headerSizeBytes,
  isStoreUrl,
  makePrivateDir,
  openStore,
  parseStart,
  removePrivateDir,
  requestsInFlight,
  splitObjectUrl,
} from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import { inFlight } from './in-flight.ts';
import { manifestApplicationId } from './manifest-file.ts';
import { isParquetManifest, unpackManifest } from './parquet-manifest.ts';

export interface UnpackedManifests extends Disposable {
  readonly where: string | readonly string[];
}

/**
 * Lists in Parquet, and lists that lie in a bucket, stand for the same lists in SQLite on this machine until they are let
 * go.
 *
 * @throws MANIFEST_FOREIGN, the codes of stores
 */
export async function unpackManifests(where: string | readonly string[]): Promise<UnpackedManifests> {
  const names = [where].flat();
  if (!names.some((name) => isParquetManifest(name) || mayBeStored(name)))
    return { where, [Symbol.dispose]: () => {} };
  const dir = makePrivateDir();
  try {
    const unpacked: string[] = [];
    const unpack = ([at, name]: [number, string]) => unpackOne(name, join(dir, String(at)));
    for await (const name of inFlight(names.entries(), requestsInFlight, unpack)) unpacked.push(name);
    return { where: unpacked, [Symbol.dispose]: () => removePrivateDir(dir) };
  } catch (error) {
    removePrivateDir(dir);
    throw error;
  }
}

/** The name itself where it is no manifest. */
async function unpackOne(name: string, into: string): Promise<string> {
  if (isParquetManifest(name)) return unpackManifest(name, `${into}.db`);
  if (!mayBeStored(name) || !(await isStored(name))) return name;
  const { root, key } = splitObjectUrl(name);
  const local = `${into}${name.slice(name.lastIndexOf('.'))}`;
  await openStore(root).read(key, local);
  return name.endsWith('.db') ? local : unpackManifest(local, `${into}.db`, name);
}

function mayBeStored(name: string): boolean {
  return isStoreUrl(name) && /\.(db|parquet)$/.test(name) && !/[*?[{]/.test(name);
}

/** An archive is told from a list by its first bytes; what cannot be looked at is left to who lists it. */
async function isStored(name: string): Promise<boolean> {
  const { root, key } = splitObjectUrl(name);
  try {
    const { bytes, entry } = await openStore(root).readRange(key, 0, headerSizeBytes);
    if (name.endsWith('.parquet')) return Buffer.from(bytes).subarray(0, 4).equals(Buffer.from('PAR1'));
    return parseStart(Buffer.from(bytes), entry.sizeBytes, name).applicationId === manifestApplicationId;
  } catch (error) {
    if (error instanceof VarveError) return false;
    throw error;
  }
}
