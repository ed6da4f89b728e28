import type { ViewProps } from '../app.tsx';
export function AskView(_: ViewProps) {
  return <p>ask</p>;
}
