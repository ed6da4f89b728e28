import type { ServerError } from './ask-server.ts';
import { clean } from './clean.ts';

/** What went wrong, with its code and what to do. */
export function Failure({ error }: { readonly error: Pick<ServerError, 'code' | 'message' | 'hint'> }) {
  return (
    <div class="failure" role="alert">
      <code>{error.code}</code>
      <p>{clean(error.message)}</p>
      <p class="faint">{clean(error.hint)}</p>
    </div>
  );
}
