import { autocompletion, closeBrackets, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { SQLite, sql } from '@codemirror/lang-sql';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'preact/hooks';
import type { PageInfo } from '../../../src/api/session-list.ts';

export interface SqlEditorProps {
  readonly text: string;
  readonly tables: PageInfo['tables'];
  readonly onChange: (text: string) => void;
  readonly onRun: () => void;
}

/**
 * CodeMirror, in a shadow root: there it adds its styles without a style element, which the content security policy
 * forbids.
 */
export function SqlEditor({ text, tables, onChange, onRun }: SqlEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  const latest = useRef({ onChange, onRun });
  latest.current = { onChange, onRun };
  useEffect(() => {
    if (!host.current) return;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' });
    const run = () => {
      latest.current.onRun();
      return true;
    };
    const editor = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        doc: text,
        extensions: [
          keymap.of([{ key: 'Mod-Enter', run }, ...completionKeymap, ...defaultKeymap, ...historyKeymap]),
          history(),
          closeBrackets(),
          bracketMatching(),
          autocompletion(),
          sql({ dialect: SQLite, schema: schemaOf(tables), upperCaseKeywords: true }),
          syntaxHighlighting(highlighting),
          placeholder('SELECT … at today’s schema, over every version'),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': 'SQL' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
          look,
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);
  return <div class="editor" ref={host} />;
}

function schemaOf(tables: PageInfo['tables']): Record<string, string[]> {
  return Object.fromEntries(tables.map(({ name, columns }) => [name, [...columns]]));
}

const highlighting = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--water)', fontWeight: '550' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--choice)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--tool)' },
  { tag: tags.comment, color: 'var(--soft)' },
]);

const look = EditorView.theme({
  '&': { fontSize: '13px', maxHeight: '40vh', backgroundColor: 'var(--sheet)', color: 'var(--ink)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6', overflow: 'auto' },
  '.cm-content': { padding: '12px 4px', minHeight: '96px', caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-placeholder': { color: 'var(--soft)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--water-weak)' },
  '.cm-tooltip': { backgroundColor: 'var(--raised)', border: '1px solid var(--line)', borderRadius: '6px' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--water-solid)',
    color: '#fff',
  },
});
