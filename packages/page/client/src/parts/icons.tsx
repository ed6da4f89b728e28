/** The page's mark: layers, and the core drilled through them. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="20" height="20" aria-hidden="true">
      <path class="layer-3" d="M2 6q7-2.500 14 0t14 0v6q-7 2.500-14 0t-14 0z" />
      <path class="layer-2" d="M2 13.500q7-2.500 14 0t14 0v5q-7 2.500-14 0t-14 0z" />
      <path class="layer-1" d="M2 20q7-2.500 14 0t14 0v6q-7 2.500-14 0t-14 0z" />
      <rect class="core" x="13.500" y="2" width="5" height="28" rx="1.500" />
    </svg>
  );
}

const paths = {
  message: 'M2.500 3.500h11v7h-6l-3 2.500v-2.500h-2z',
  model: 'M8 2l1.700 4.300L14 8l-4.300 1.700L8 14l-1.700-4.300L2 8l4.300-1.700z',
  tool: 'M10.500 2.200a3.500 3.500 0 0 0-3.300 4.600L2.300 11.700a1.400 1.400 0 0 0 2 2l4.900-4.900a3.500 3.500 0 0 0 4.400-4.500L11.500 6.400 9.600 4.500l2-2.100a3.500 3.500 0 0 0-1.100-.2z',
  decision: 'M8 1.800L14.200 8 8 14.200 1.800 8z',
  result: 'M3 2.500h7l3 3v8H3z',
  output: 'M2 7h7V4l5 4.500L9 13v-3H2z',
  row: 'M2.500 3.500h11v2h-11zM2.500 7h11v2h-11zM2.500 10.500h11v2h-11z',
  session: 'M2 4h12v8H2z',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class={`icon kind-${name}`} viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
