export type { ListOptions, PutCondition, Store, StoreEntry, StorePage, StoreRange } from './contract.ts';
export { errorOfObject, fetchObject } from './fetch-object.ts';
export { ObjectCache, type ObjectCacheOptions } from './object-cache.ts';
export { openStore, readyStore } from './open-store.ts';
export { dayOfName, type KeyLayout, keyLayouts, placeKey } from './place-key.ts';
export { type PushedFile, pushFile } from './push-file.ts';
export { clientMissing, requestsInFlight, resetS3Client } from './s3-client.ts';
export { sealToStore } from './seal-to-store.ts';
export { isStoreUrl, type StoreUrl, splitObjectUrl } from './store-url.ts';
