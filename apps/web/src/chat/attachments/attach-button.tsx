import { t } from '@lingui/core/macro';
import { Paperclip } from 'lucide-react';
import { ATTACHMENT_TYPES } from '@postern/protocol';
import { useRef, type ReactElement } from 'react';
import { focusComposer } from '../compose-requests.ts';
import { IconButton } from '../../controls/button.tsx';
import type { OfferedModel } from '../../models/choose-model.ts';
import { useOpener } from '../../state/openers.ts';
import type { ChatPlace } from '../../state/private-chats.ts';
import { addFiles } from './add-files.ts';

/** A hint for the dialog of the browser, which can still choose others: code has many endings. */
const ACCEPT = [...Object.keys(ATTACHMENT_TYPES), 'text/*', '.md', '.json', '.csv', '*/*'].join();

/** Opens the dialog of the browser that chooses files. */
export function AttachButton(props: {
  readonly place: ChatPlace;
  readonly model: OfferedModel | undefined;
}): ReactElement {
  const { place, model } = props;
  const input = useRef<HTMLInputElement>(null);
  useOpener('attach', () => {
    input.current?.click();
  });
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={ACCEPT}
        aria-label={t`Files to attach`}
        onChange={({ target }) => {
          addFiles(place, [...(target.files ?? [])], model);
          // Otherwise the same file couldn’t be chosen again.
          target.value = '';
          focusComposer();
        }}
      />
      <IconButton
        label={t`Attach files`}
        tipAt="right"
        className="attach"
        onClick={() => {
          input.current?.click();
        }}
      >
        <Paperclip aria-hidden="true" size={17} />
      </IconButton>
    </>
  );
}
