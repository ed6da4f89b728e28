export { VarveTracingProcessor, type VarveTracingProcessorOptions } from './varve-tracing-processor.ts';
