export { beforeStatements } from './before-statements.ts';
export { isSqliteError, openFile, openImage, openMemory } from './better-sqlite3.ts';
export type { Connection, Database, OpenFileOptions, Statement } from './driver.ts';
