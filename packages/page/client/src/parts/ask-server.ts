import type { ApiError } from '../../../src/api/ask.ts';

/** What the server could not do, in its own words. */
export class ServerError extends Error {
  readonly code: string;
  readonly hint: string;

  constructor({ code, message, hint }: ApiError) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** @throws ServerError */
export async function askServer<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await reach(path, signal);
  const value: unknown = await response.json();
  if (response.ok) return value as T;
  throw new ServerError(value as ApiError);
}

async function reach(path: string, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(path, signal ? { signal } : {});
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ServerError({
      code: 'PAGE_GONE',
      message: 'the page’s server does not answer',
      hint: 'varve serve has ended: start it again, and open the address it prints',
    });
  }
}

export function sessionPath(key: string, rest = '', query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(query).toString();
  return `/api/session/${encodeURIComponent(key)}${rest}${search && `?${search}`}`;
}
