export type {
  HookCallback,
  ListedSession,
  SessionHooks,
  SessionKey,
  SessionStoreEntry,
} from './sdk-types.ts';
export type { SessionOf } from './transcript-place.ts';
export { VarveSessionStore, type VarveSessionStoreOptions } from './varve-session-store.ts';
