import { t } from '@lingui/core/macro';
import { PanelLeft } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { IconButton } from './button.tsx';

/** The title bar of a page, with the button that shows a hidden sidebar. */
export function PageHead(props: {
  readonly title: string;
  /** Shows the title to screen readers only. */
  readonly titleHidden?: boolean;
  readonly onSidebar: () => void;
  /** Shown after the title. */
  readonly children?: ReactNode;
}): ReactElement {
  return (
    <header className="page-head">
      <IconButton
        label={t`Show sidebar`}
        tipAt="right"
        className="sidebar-toggle"
        onClick={props.onSidebar}
      >
        <PanelLeft className="mirrored" aria-hidden="true" size={18} />
      </IconButton>
      <h1 dir="auto" className={props.titleHidden === true ? 'visually-hidden' : undefined}>
        {props.title}
      </h1>
      {props.children}
    </header>
  );
}
