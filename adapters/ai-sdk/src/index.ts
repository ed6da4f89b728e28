export { runInSession, type SessionScope } from './session-scope.ts';
export { type VarveTelemetryOptions, varveTelemetry } from './varve-telemetry.ts';
