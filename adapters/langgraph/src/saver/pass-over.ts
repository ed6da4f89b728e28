import { VarveError } from '@varve/schema';

/** One file does not keep the others from being worked on. */
export function passOver(error: unknown, expected?: string): void {
  if (!(error instanceof VarveError) || error.code === 'SESSION_CLOSED') throw error;
  if (error.code !== expected) warn(error);
}

export function warn(error: unknown): void {
  const {
    path = 'threads',
    message = String(error),
    code = 'INTERNAL',
  } = error instanceof VarveError ? error : {};
  if (code !== 'SESSION_CLOSED') process.emitWarning(`${path}: ${message}`, { type: 'VarveWarning', code });
}
