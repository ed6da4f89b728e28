import type { ComponentChildren } from 'preact';
import { goTo } from './place.ts';

export interface LinkProps {
  readonly to: string;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly title?: string;
  readonly isCurrent?: boolean;
}

/** A link within the page. What the browser does with modifier keys stays as it is. */
export function Link({ to, children, isCurrent, ...rest }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goTo(to);
  };
  return (
    <a href={to} onClick={follow} {...(isCurrent && { 'aria-current': 'page' as const })} {...rest}>
      {children}
    </a>
  );
}
