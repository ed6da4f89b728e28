export {
  type ListedArchive,
  type ManifestReport,
  type WriteManifestOptions,
  writeManifest,
} from './write-manifest.ts';
