export { keepReady, readyProcesses, takeProcess } from './ready-processes.ts';
export type { ProcessKind } from './start-process.ts';
