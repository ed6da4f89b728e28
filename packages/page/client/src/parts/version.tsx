export interface VersionProps {
  readonly version: number | null;
  readonly head: number | null;
}

/** A version as its layer: the nearer to head, the darker the sediment. */
export function Version({ version, head }: VersionProps) {
  if (version === null) return <span class="faint">–</span>;
  const depth = head ? version / head : 1;
  const isHead = version === head;
  const title = isHead
    ? `version ${version}, head`
    : `version ${version}${head === null ? '' : ` of ${head}`}`;
  return (
    <span class="version" title={title}>
      <i class="stratum" style={{ '--depth': String(depth) }} />
      {version}
    </span>
  );
}
