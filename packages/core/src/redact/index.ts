export { type Redact, type RedactPath, redactBy, redactedMark } from './redact.ts';
export { redactRow } from './redact-row.ts';
export { redactAddresses, redactKeys, redactTokens } from './redact-rules.ts';
