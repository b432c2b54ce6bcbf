import { t } from '@lingui/core/macro';
import type { Message } from '@postern/protocol';
import type { ReactElement } from 'react';
import { useSelected } from '../state/store.ts';
import { showSideBySide, type OpenChat } from './chat.ts';
import { columnsOf } from './comparison-tree.ts';

/** The rows of an answer’s menu that compare it. */
export function ComparisonMenuRows(props: {
  readonly open: OpenChat;
  readonly message: Message;
  readonly canAsk: boolean;
  readonly onCompare: () => void;
  readonly onDone: () => void;
}): ReactElement {
  const { open, message, canAsk, onCompare, onDone } = props;
  const isCompared = useSelected(
    open.chat,
    ({ tree, choices }) =>
      choices.get(message.parentId) === message.id &&
      (tree.children.get(message.id) ?? []).length === 0 &&
      columnsOf(tree.children.get(message.parentId) ?? []).length > 1,
  );
  return (
    <>
      {canAsk && (
        <button type="button" className="menu-row" onClick={onCompare}>
          {t`Compare models…`}
        </button>
      )}
      {isCompared && (
        <button
          type="button"
          className="menu-row"
          onClick={() => {
            onDone();
            showSideBySide(open, message);
          }}
        >
          {t`Show side by side`}
        </button>
      )}
    </>
  );
}
