import type { ViewProps } from '../app.tsx';
export function CompareView(_: ViewProps) {
  return <p>compare</p>;
}
