export { compileLens, compileOrdinaryLens } from './compile-lens.ts';
export { installLens, installLensWhenNamed } from './install-lens.ts';
export type { Lens, LensRefusal, LensStage, LensStrategy, LensTable } from './lens.ts';
export { updatesInOne } from './operations/updates-in-one.ts';
export { refusalOnFile } from './refusal-on-file.ts';
export { type LineageSchemas, readSchemas, schemaAt, takeSchemas } from './schema-at.ts';
export type { Shape } from './shape.ts';
export type { TableShape } from './table-shape.ts';
export { type Step, traceLineage } from './trace-lineage.ts';
