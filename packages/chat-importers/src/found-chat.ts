import type { MessageStatus, Part, ProviderId, Role, StopReason, Usage } from '@postern/protocol';
import type { ImportedChat, ImportedMessage } from '@postern/conversations';
import type { FoundLabels } from './usable-labels.ts';

/** A chat as a format has read it. Everything but the messages' content may be missing or wrong. */
export interface FoundChat extends FoundLabels {
  /** Its id in the program. */
  readonly id: string | undefined;
  readonly title: string | undefined;
  readonly createdAtMs: number | undefined;
  readonly updatedAtMs: number | undefined;
  readonly model?: string | undefined;
  /** In the order of the file. */
  readonly messages: readonly FoundMessage[];
}

export interface FoundMessage {
  /** Its id in the program, unique in the chat. */
  readonly id: string | undefined;
  /** The id of the message before it; null at the beginning; undefined: the one before it in the list. */
  readonly parent: string | null | undefined;
  readonly role: Role;
  /** Empty if it only connects other messages. */
  readonly parts: readonly FoundPart[];
  readonly createdAtMs: number | undefined;
  readonly status?: MessageStatus;
  readonly provider?: ProviderId;
  readonly model?: string | undefined;
  readonly stopReason?: StopReason | undefined;
  readonly usage?: Usage;
}

/** An image or another file of a message, before it is stored as an attachment. */
export interface FoundFile {
  readonly kind: 'found-file';
  readonly isImage: boolean;
  /** The name of the attachment. */
  readonly name: string;
  /** What is shown instead if it can't be one. */
  readonly description: string;
  readonly content:
    | { readonly kind: 'base64'; readonly data: string }
    /** In the archive that the chat is in, under a name that begins so. */
    | { readonly kind: 'archived'; readonly id: string };
}

export type FoundPart = Part | FoundFile;

export interface ReadMessage extends Omit<ImportedMessage, 'parts'> {
  readonly parts: readonly FoundPart[];
}

/** A chat that can be stored as soon as its files are. */
export interface ReadChatContent extends Omit<ImportedChat, 'messages'> {
  readonly messages: readonly ReadMessage[];
}
