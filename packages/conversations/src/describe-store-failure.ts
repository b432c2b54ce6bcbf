import { describeDatabaseFailure } from '@postern/database';
import { problem, problemSaying, type Problem } from '@postern/protocol';
import type { StoreFailure } from './conversation-store.ts';

/** Maps every failure of the store to a stable code, one line and a remedy. */
export function describeStoreFailure(failure: StoreFailure): Problem {
  return failure.reason === 'settings-damaged' ? DAMAGED_SETTINGS : describeOther(failure);
}

const DAMAGED_SETTINGS = problemSaying(
  'DATABASE_DAMAGED',
  "Can't read the settings of this chat, because their stored data is damaged.",
  {},
  'Open the chat settings and save them again.',
);

function describeOther(
  failure: Exclude<StoreFailure, { readonly reason: 'settings-damaged' }>,
): Problem {
  switch (failure.reason) {
    case 'conversation-not-found':
      return problemSaying(
        'CONVERSATION_NOT_FOUND',
        "The conversation doesn't exist, or it was deleted.",
      );
    case 'message-not-found':
      return problemSaying(
        'CONVERSATION_NOT_FOUND',
        'The conversation has no such message.',
        {},
        'Reload the conversation.',
      );
    case 'folder-not-found':
      return problem('FOLDER_NOT_FOUND');
    case 'folder-exists':
      return problem('FOLDER_EXISTS');
    case 'too-many-tags':
      return problemSaying('TAGS_LIMITED', 'A chat can have up to {maxTags} tags.', {
        maxTags: failure.maxTags,
      });
    case 'import-not-found':
      return problem('CHAT_IMPORT_NOT_FOUND');
    case 'message-damaged':
      return problemSaying(
        'DATABASE_DAMAGED',
        "Can't read this message, because its stored data is damaged; other messages aren't affected.",
        {},
        'Restore the database from your last backup, or continue without the message.',
      );
    case 'message-too-large':
      return problemSaying(
        'REQUEST_TOO_LARGE',
        'The message is larger than the {maxLength} characters that can be stored.',
        { maxLength: failure.maxLength },
        'Send less, or smaller images and files.',
      );
    case 'attachment-not-found':
      return problem('ATTACHMENT_NOT_FOUND');
    case 'attachment-incomplete':
      return problemSaying(
        'REQUEST_INVALID',
        'The attachment has fewer or more bytes than announced.',
      );
    case 'attachments-full':
      return problemSaying(
        'ATTACHMENTS_FULL',
        'All attachments together would be larger than the limit of {maxMegabytes} MB.',
        { maxMegabytes: failure.maxBytes / 1024 ** 2 },
      );
    default:
      return describeDatabaseFailure(failure);
  }
}
