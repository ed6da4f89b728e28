import type { ViewProps } from '../app.tsx';
export function FleetView(_: ViewProps) {
  return <p>fleet</p>;
}
