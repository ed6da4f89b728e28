import { readFileSync } from 'node:fs';

/**
 * Watches the memory of a process and of all that it starts; pages that several of them share are counted once. Returns
 * what ends it and tells the peak in bytes; 0 where the system does not tell (it is Linux that does).
 */
export function watchMemory(pid: number): () => number {
  let peakBytes = 0;
  const timer = setInterval(() => {
    peakBytes = Math.max(peakBytes, treeBytes(pid));
  }, 100);
  return () => {
    clearInterval(timer);
    return peakBytes;
  };
}

function treeBytes(pid: number): number {
  const children = readOrEmpty(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean);
  const [, kilobytes = '0'] = /^Pss: +(\d+)/m.exec(readOrEmpty(`/proc/${pid}/smaps_rollup`)) ?? [];
  return children.reduce((sum, child) => sum + treeBytes(Number(child)), Number(kilobytes) * 1024);
}

/**
 * The peak of this process, in bytes; 0 where the system does not tell. Not by getrusage: what it says of a process
 * begins with the memory of the one that started it.
 */
export function readOwnPeak(): number {
  const [, kilobytes = '0'] = /^VmHWM:\s+(\d+)/m.exec(readOrEmpty('/proc/self/status')) ?? [];
  return Number(kilobytes) * 1024;
}

/** A process may be gone by now. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
