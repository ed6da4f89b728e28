export { type BaselineHeader, readBaselineHeader, renderBaselineHeader } from './baseline.ts';
export { findLedger, isLedger, type Ledger, ledgerTable, ledgerTableOf } from './find-ledger.ts';
export { assertIdentified, type FileIdentity, identifyFile, identityError } from './identify.ts';
export { appendToLedger, createLedger, readLedger } from './ledger.ts';
export { isBaseline, isFolded, ledgerSteps, lineageLedger } from './ledger-steps.ts';
export { ledgerHeight, markUpgrade, readOriginalVersion } from './original-version.ts';
export { upgradeScript } from './upgrade-script.ts';
export { applicationId, hintScript, stampHint, versionFromHint } from './version-hint.ts';
export { readTriggers, type Trigger, withoutTriggers } from './without-triggers.ts';
