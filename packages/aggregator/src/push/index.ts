export {
  type PushArchivesOptions,
  type PushedArchive,
  type PushReport,
  pushArchives,
} from './push-archives.ts';
