import { VarveError } from '@varve/schema/errors';

/** An upgraded copy is not what it should be. */
export function mismatchError(
  reason: string,
  { path, ...details }: { readonly path: string; readonly table?: string; readonly column?: string },
): VarveError {
  return new VarveError('UPGRADE_MISMATCH', `the upgraded copy was discarded: ${reason}`, {
    path,
    hint: 'the file is as it was; report this, with the migrations',
    details,
  });
}
