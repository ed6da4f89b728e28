/** Whether a process of this machine, or of this container, has this number now. */
export function isRunning(pid: number): boolean {
  // To the system 0 is the caller's own group.
  if (!(pid > 0)) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
