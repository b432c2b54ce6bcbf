import { describeDatabaseFailure } from '@postern/database';
import { problem, type Problem } from '@postern/protocol';
import type { StoreFailure } from './conversation-store.ts';

/** Maps every failure of the store to a stable code, one line and a remedy. */
export function describeStoreFailure(failure: StoreFailure): Problem {
  return failure.reason === 'settings-damaged' ? DAMAGED_SETTINGS : describeOther(failure);
}

const DAMAGED_SETTINGS: Problem = {
  code: 'DATABASE_DAMAGED',
  message: "Can't read the settings of this chat, because their stored data is damaged.",
  remedy: 'Open the chat settings and save them again.',
};

function describeOther(
  failure: Exclude<StoreFailure, { readonly reason: 'settings-damaged' }>,
): Problem {
  switch (failure.reason) {
    case 'conversation-not-found':
      return problem(
        'CONVERSATION_NOT_FOUND',
        "The conversation doesn't exist, or it was deleted.",
      );
    case 'message-not-found':
      return {
        code: 'CONVERSATION_NOT_FOUND',
        message: 'The conversation has no such message.',
        remedy: 'Reload the conversation.',
      };
    case 'folder-not-found':
      return problem('FOLDER_NOT_FOUND');
    case 'folder-exists':
      return problem('FOLDER_EXISTS');
    case 'too-many-tags':
      return problem('TAGS_LIMITED', `A chat can have up to ${failure.maxTags} tags.`);
    case 'import-not-found':
      return problem('CHAT_IMPORT_NOT_FOUND');
    case 'message-damaged':
      return {
        code: 'DATABASE_DAMAGED',
        message:
          "Can't read this message, because its stored data is damaged; other messages aren't affected.",
        remedy: 'Restore the database from your last backup, or continue without the message.',
      };
    case 'message-too-large':
      return {
        code: 'REQUEST_TOO_LARGE',
        message: `The message is larger than the ${failure.maxLength} characters that can be stored.`,
        remedy: 'Send less, or smaller images and files.',
      };
    case 'attachment-not-found':
      return problem('ATTACHMENT_NOT_FOUND');
    case 'attachment-incomplete':
      return problem('REQUEST_INVALID', 'The attachment has fewer or more bytes than announced.');
    case 'attachments-full':
      return problem(
        'ATTACHMENTS_FULL',
        `All attachments together would be larger than the limit of ${failure.maxBytes / 1024 ** 2} MB.`,
      );
    default:
      return describeDatabaseFailure(failure);
  }
}
