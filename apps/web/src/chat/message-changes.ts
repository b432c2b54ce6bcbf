import { t } from '@lingui/core/macro';
import type { Message, MessageId } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import { upsertConversation } from '../conversations/conversation-list.ts';
import { showToast } from '../controls/toasts.tsx';
import { navigate } from '../navigation/route.ts';
import { loadChat, showNewMessage, type OpenChat } from './chat.ts';
import { editedMessage } from './edited-message.ts';
import type { NewMessage } from './send.ts';

/** Stores a message with another content beside it, without asking a model. Keeps the field open if that fails. */
export async function saveEdit(
  open: OpenChat,
  message: Message,
  { text, attachments }: NewMessage,
): Promise<void> {
  const kept = attachments.map(({ id }) => id);
  const had = message.parts.some(({ kind }) => kind === 'attachment');
  const saved = await appApi.editMessage(open.id, {
    message: message.id,
    text: text.trim() === '' ? '' : text,
    ...(had ? { attachments: kept } : {}),
  });
  if (!saved.ok) {
    showToast(t`Couldn’t save the message. ${{ reason: saved.failure.message }}`, {
      tone: 'danger',
    });
    return;
  }
  editedMessage.set(undefined);
  showNewMessage(open, saved.value);
  focusEdited(saved.value.id);
}

/** Starts another chat with the messages up to this one, and opens it. */
export async function forkFrom({ id }: OpenChat, message: Message): Promise<void> {
  const fork = await appApi.forkConversation(id, { message: message.id });
  if (!fork.ok) {
    showToast(t`Couldn’t fork the chat. ${{ reason: fork.failure.message }}`, { tone: 'danger' });
    return;
  }
  upsertConversation(fork.value);
  navigate({ at: 'conversation', id: fork.value.id });
}

/** Deletes a message with all messages after it, and offers to undo that. */
export async function removeMessage(open: OpenChat, message: Message): Promise<void> {
  const isAlone = (open.chat.get().tree.children.get(message.id) ?? []).length === 0;
  const removed = await appApi.removeMessage(open.id, message.id);
  if (!removed.ok) {
    showToast(t`Couldn’t delete the message. ${{ reason: removed.failure.message }}`, {
      tone: 'danger',
    });
    return;
  }
  await loadChat(open);
  document.querySelector<HTMLElement>('.messages')?.focus();
  const undo = (): void => {
    void restoreMessage(open, message);
  };
  showToast(isAlone ? t`Message deleted.` : t`Message and replies deleted.`, {
    action: { label: t`Undo`, run: undo },
  });
}

async function restoreMessage(open: OpenChat, message: Message): Promise<void> {
  const restored = await appApi.restoreMessage(open.id, message.id);
  if (restored.ok) await loadChat(open);
  else
    showToast(t`Couldn’t restore the message. ${{ reason: restored.failure.message }}`, {
      tone: 'danger',
    });
}

/** Focuses the Edit button of a message once it is shown again. */
export function focusEdited(id: MessageId): void {
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>(`#message-${id} .edit-button`)?.focus();
  });
}
