export type { ApiError, AskEvent } from './ask.ts';
export type { Fleet, FleetVersion, RehearsalEvent } from './fleet.ts';
export type { SavedSession } from './saved-session.ts';
export type {
  BlobCell,
  Cell,
  ChildSession,
  LensDifference,
  Message,
  Origin,
  RowDetail,
  RowValues,
  SessionDetail,
  Step,
  StepKind,
  StepState,
  TablePage,
} from './session-detail.ts';
export type {
  CatalogState,
  Facet,
  Facets,
  PageInfo,
  SearchProgress,
  SessionPage,
  SessionRow,
  Snippet,
} from './session-list.ts';
