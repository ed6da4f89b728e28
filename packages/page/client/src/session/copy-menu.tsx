import type { SessionDetail } from '../../../src/api/session-detail.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { renderAtif, renderJson, renderTest } from './copy-formats.ts';
import { useSessionApi } from './session-api.ts';

/** The session in other words, for the clipboard. */
export function CopyMenu({ detail }: { readonly detail: SessionDetail }) {
  const api = useSessionApi();
  return (
    <details class="menu">
      <summary>Copy</summary>
      <div>
        <CopyButton text={() => renderJson(detail, api)}>as JSON</CopyButton>
        <CopyButton text={() => renderAtif(detail, api)}>as ATIF</CopyButton>
        <CopyButton text={() => renderTest(detail, api)}>as a test case</CopyButton>
      </div>
    </details>
  );
}
