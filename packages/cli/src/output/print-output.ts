import { escapeLines } from './escape-controls.ts';

/** Output is written in pieces of about this length. */
const pieceChars = 1 << 16;

/**
 * Writes text to stdout, on a terminal without what would steer it, as fast as it is read there. Ends early, and well, when nobody reads on: `varve read … | head`.
 *
 * @throws FILE_READ_ONLY; whatever the texts throw, and then what was not written yet is not.
 */
export async function printOutput(texts: Iterable<string>): Promise<void> {
  let piece = '';
  for (const text of texts) {
    piece += text;
    if (piece.length < pieceChars) continue;
    if (!(await write(piece))) return;
    piece = '';
  }
  await write(piece);
}

/** False when nobody reads any more. */
function write(text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    process.stdout.write(process.stdout.isTTY ? escapeLines(text) : text, (error) => {
      if (!error) resolve(true);
      else if ('code' in error && error.code === 'EPIPE') resolve(false);
      else void explain(error).then(reject);
    });
  });
}

async function explain(error: Error): Promise<unknown> {
  const { fileError } = await import('@varve/core/internal');
  return fileError(error, 'stdout', 'write');
}
