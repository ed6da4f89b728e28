import { VarveError } from '@varve/schema';

/** What the engine said, as an error of varve. Addresses are given without a password. */
export function warehouseError(cause: unknown, url: string): VarveError {
  if (cause instanceof VarveError) return cause;
  const { code = '', message = String(cause) } = (cause ?? {}) as { code?: string; message?: string };
  const isUnreachable =
    /^(08|57P)/.test(code) ||
    /^E[A-Z]+$/.test(code) ||
    /ECONN|socket hang up|Timeout|terminated|closed/i.test(message);
  return new VarveError(
    isUnreachable ? 'WAREHOUSE_UNREACHABLE' : 'WAREHOUSE_REFUSED',
    `${isUnreachable ? 'the database does not answer' : 'the database refuses a statement'}: ${message.split('\n')[0]}`,
    {
      path: hidePassword(url),
      hint: isUnreachable
        ? 'check its address, then run the load again: it goes on where it was'
        : 'see the reason; what was loaded before is there',
      details: { code },
      cause,
    },
  );
}

export function hidePassword(url: string): string {
  return url.replace(/\/\/([^:@/]*):[^@/]*@/, '//$1@');
}
