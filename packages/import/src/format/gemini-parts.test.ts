import { expect, it } from 'vitest';
import { geminiParts } from './gemini-parts.ts';

it('tells of what kind a file is that a part holds or refers to', () => {
  const parts = geminiParts([
    { inlineData: { mimeType: 'image/png', data: 'AA' } },
    { inlineData: { mimeType: 'application/pdf', data: 'BB' } },
    { fileData: { mimeType: 'audio/mp3', fileUri: 'gs://a' } },
  ]);
  expect(parts).toEqual([
    { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'AA' },
    { type: 'blob', modality: 'file', mime_type: 'application/pdf', content: 'BB' },
    { type: 'uri', modality: 'audio', mime_type: 'audio/mp3', uri: 'gs://a' },
  ]);
});
