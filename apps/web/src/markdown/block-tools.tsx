import { t } from '@lingui/core/macro';
import { Download, WrapText } from 'lucide-react';
import type { Element } from 'hast';
import type { ReactElement } from 'react';
import { IconButton } from '../controls/button.tsx';
import { CopyTextButton } from './copy-text-button.tsx';
import { saveFile } from '../state/save-file.ts';
import { useStore } from '../state/store.ts';
import { codeWrap, showWrap } from './code-wrap.ts';
import { codeFileName } from './file-name.ts';
import { csvOf, markdownOf, rowsOf } from './table-text.ts';
import './block-tools.css';

/** Wraps the lines of all code, and downloads this code. */
export function CodeTools(props: {
  readonly code: string;
  readonly language: string;
}): ReactElement {
  const { code, language } = props;
  const wrap = useStore(codeWrap);
  return (
    <>
      <IconButton
        label={t`Wrap lines`}
        tipAt="left"
        aria-pressed={wrap}
        onClick={() => {
          showWrap(!wrap);
        }}
      >
        <WrapText aria-hidden="true" size={15} />
      </IconButton>
      <IconButton
        label={t`Download code`}
        tipAt="left"
        onClick={() => {
          saveFile(codeFileName(language), `${code}\n`);
        }}
      >
        <Download aria-hidden="true" size={15} />
      </IconButton>
    </>
  );
}

/** Copies a table for spreadsheets and for other texts. */
export function TableTools(props: {
  readonly table: Element;
  /** The Markdown that contains the table. */
  readonly source: string;
}): ReactElement {
  const { table, source } = props;
  return (
    <div className="table-tools">
      <CopyTextButton label={t`Copy CSV`} text={() => csvOf(rowsOf(table))} />
      <CopyTextButton label={t`Copy Markdown`} text={() => markdownOf(table, source)} />
    </div>
  );
}
