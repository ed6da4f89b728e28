export { currentSession, runInSession, type SessionScope } from './session-scope.ts';
export { type VarveTelemetry, type VarveTelemetryOptions, varveTelemetry } from './varve-telemetry.ts';
