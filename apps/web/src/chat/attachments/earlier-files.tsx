import { t } from '@lingui/core/macro';
import { Info } from 'lucide-react';
import type { Attachment, ConversationId } from '@postern/protocol';
import { useMemo, type ReactElement } from 'react';
import { openChat } from '../chat.ts';
import { visiblePath } from '../tree.ts';
import type { OfferedModel } from '../../models/choose-model.ts';
import { models } from '../../models/models.ts';
import type { ChatPlace } from '../../state/private-chats.ts';
import { useStore } from '../../state/store.ts';
import { kindsOf, unreadable } from './readable-by.ts';

/** Says that the model doesn't get files of earlier messages, because it can't read them. */
export function EarlierFiles(props: {
  readonly place: ChatPlace;
  readonly model: OfferedModel | undefined;
}): ReactElement | null {
  const { place, model } = props;
  return place === 'new' || place === 'private' ? null : <Omitted id={place} model={model} />;
}

function Omitted(props: {
  readonly id: ConversationId;
  readonly model: OfferedModel | undefined;
}): ReactElement | null {
  const { id, model } = props;
  const { tree, choices } = useStore(openChat(id).chat);
  const { groups } = useStore(models);
  const attachments = useMemo(() => visiblePath(tree, choices).flatMap(filesOf), [tree, choices]);
  const omitted = unreadable(attachments, model, groups);
  if (model === undefined || omitted.length === 0) return null;
  return (
    <div className="files-note">
      <Info aria-hidden="true" size={15} />
      <p role="status">{omittedText(model.label, omitted)}</p>
    </div>
  );
}

function filesOf({ message }: ReturnType<typeof visiblePath>[number]): readonly Attachment[] {
  return message.parts.filter((part) => part.kind === 'attachment');
}

function omittedText(model: string, omitted: readonly Attachment[]): string {
  switch (kindsOf(omitted)) {
    case 'both':
      return t`${model} can’t read images and PDFs. Those of earlier messages aren’t sent.`;
    case 'image':
      return t`${model} can’t read images. Those of earlier messages aren’t sent.`;
    case 'file':
      return t`${model} can’t read PDFs. Those of earlier messages aren’t sent.`;
  }
}
