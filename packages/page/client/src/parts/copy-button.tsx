import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

export interface CopyButtonProps {
  readonly text: () => string | Promise<string>;
  readonly children: ComponentChildren;
}

/** Puts a text into the clipboard, and says so. */
export function CopyButton({ text, children }: CopyButtonProps) {
  const [said, setSaid] = useState<string>();
  const copy = async () => {
    setSaid((await writeText(await text())) ? 'Copied' : 'The browser does not allow it');
    setTimeout(() => setSaid(undefined), 1500);
  };
  return (
    <button type="button" class="plain" onClick={() => void copy()}>
      <span aria-live="polite">{said ?? children}</span>
    </button>
  );
}

async function writeText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
