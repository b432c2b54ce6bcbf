import type { DatabaseFailure } from '@postern/database';

/** Why the store couldn't do something. */
export type StoreFailure =
  | DatabaseFailure
  /** There is no such conversation, or it was removed. */
  | { readonly reason: 'conversation-not-found' }
  | { readonly reason: 'message-not-found' }
  | { readonly reason: 'import-not-found' }
  | { readonly reason: 'folder-not-found' }
  /** Another folder has this name. */
  | { readonly reason: 'folder-exists' }
  /** A conversation would have more tags than this. */
  | { readonly reason: 'too-many-tags'; readonly maxTags: number }
  /** The stored data isn't a valid message; the rest of the conversation is readable. */
  | { readonly reason: 'message-damaged' }
  /** The stored settings of the conversation aren't valid. Saving them again replaces them. */
  | { readonly reason: 'settings-damaged' }
  /** The parts, as JSON, are longer than can be stored. */
  | { readonly reason: 'message-too-large'; readonly maxLength: number }
  /** There is no such attachment, it isn't finished, or it was deleted. */
  | { readonly reason: 'attachment-not-found' }
  /** It doesn't have the size that it was begun with. */
  | { readonly reason: 'attachment-incomplete' }
  /** All attachments together would be larger than can be stored. */
  | { readonly reason: 'attachments-full'; readonly maxBytes: number };
