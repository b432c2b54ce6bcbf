import type { MessageStatus, Part, ProviderId, Role, StopReason, Usage } from '@postern/protocol';
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
  readonly parts: readonly Part[];
  readonly createdAtMs: number | undefined;
  readonly status?: MessageStatus;
  readonly provider?: ProviderId;
  readonly model?: string | undefined;
  readonly stopReason?: StopReason | undefined;
  readonly usage?: Usage;
}
