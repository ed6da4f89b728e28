import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the built client: in the package it lies beside this file; in a clone it is built when it is needed. */
export async function clientDir(): Promise<string> {
  if (!import.meta.url.endsWith('.ts')) return fileURLToPath(new URL('./client', import.meta.url));
  const script = new URL('../../scripts/build-client.ts', import.meta.url).href;
  const { buildOnce }: { buildOnce: () => Promise<string> } = await import(script);
  return buildOnce();
}

export async function clientFile(name: string): Promise<string> {
  return join(await clientDir(), name);
}
