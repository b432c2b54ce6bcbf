import { describeDatabaseFailure, type DescribedFailure } from '@postern/database';
import type { StoreFailure } from './conversation-store.ts';

/** The one way from a failure of the store to a stable code, one line and a remedy. */
export function describeStoreFailure(failure: StoreFailure): DescribedFailure {
  switch (failure.reason) {
    case 'conversation-not-found':
      return {
        code: 'CONVERSATION_NOT_FOUND',
        message: 'There is no such conversation, or it was deleted.',
        remedy: 'Reload the list of conversations.',
      };
    case 'message-not-found':
      return {
        code: 'CONVERSATION_NOT_FOUND',
        message: 'There is no such message in the conversation.',
        remedy: 'Reload the conversation.',
      };
    case 'message-damaged':
      return {
        code: 'DATABASE_DAMAGED',
        message: 'What is stored of this message cannot be read; the others are not concerned.',
        remedy: 'Put back the database from your last backup, or go on without the message.',
      };
    case 'message-too-large':
      return {
        code: 'REQUEST_TOO_LARGE',
        message: `The message is larger than the ${failure.maxLength} characters that can be stored.`,
        remedy: 'Send less, or smaller images and files.',
      };
    default:
      return describeDatabaseFailure(failure);
  }
}
