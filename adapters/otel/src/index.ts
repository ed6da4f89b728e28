export { VarveSpanProcessor, type VarveSpanProcessorOptions } from './varve-span-processor.ts';
