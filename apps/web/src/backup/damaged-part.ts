import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { OPTIONAL_PARTS, type BackupInput, type Problem } from '@postern/protocol';

type Part = NonNullable<BackupInput['without']>[number];

interface LeftOut {
  readonly offer: MessageDescriptor;
  readonly done: MessageDescriptor;
}

/** What is said when a damaged database is left out. */
export const LEFT_OUT: Readonly<Record<Part, LeftOut>> = {
  conversations: {
    offer: msg`A backup without the chats can be made, with everything else.`,
    done: msg`The chats and attachments aren’t in it, because their database is damaged.`,
  },
  library: {
    offer: msg`A backup without presets and prompts can be made, with everything else.`,
    done: msg`The presets and prompts aren’t in it, because their database is damaged.`,
  },
  gateway: {
    offer: msg`A backup without the gateway’s keys can be made, with everything else.`,
    done: msg`The gateway’s keys and their usage aren’t in it, because their database is damaged.`,
  },
};

/** The database that a problem is about, if a backup can be made without it. */
export function damagedPart({ code, message }: Problem): Part | undefined {
  if (code !== 'DATABASE_DAMAGED' && code !== 'DATABASE_WRONG_KEY') return undefined;
  return OPTIONAL_PARTS.find((part) => message.startsWith(`The ${part} database`));
}
