import type { MessageId } from '@postern/protocol';
import { createStore, useSelected } from '../state/store.ts';

/** The message whose text is being edited. */
export const editedMessage = createStore<MessageId | undefined>(undefined);

export function useIsEdited(id: MessageId): boolean {
  return useSelected(editedMessage, (edited) => edited === id);
}
