import * as v from 'valibot';
import { MAX_ATTACHMENTS } from './attachment.ts';
import { SORTABLE } from './id-formats.ts';

/* The inputs of routes below `/api/conversations/:id` that change its messages without asking a model. */

/** In UTF-16 code units. */
export const MAX_QUESTION_LENGTH = 4_000_000;

const id26 = v.pipe(v.string(), v.regex(SORTABLE));

/** Names a message of the conversation. */
export const MessageChoiceSchema = v.strictObject({ message: id26 });

/** The new text of a question or an answer. The message stays as it is, and gets a sibling. */
export const EditInputSchema = v.strictObject({
  message: id26,
  /** Only empty if the message keeps files. */
  text: v.pipe(v.string(), v.maxLength(MAX_QUESTION_LENGTH)),
  /** Which of its attachments it keeps. Default: all of them. */
  attachments: v.exactOptional(v.pipe(v.array(id26), v.maxLength(MAX_ATTACHMENTS))),
});

export type MessageChoice = v.InferOutput<typeof MessageChoiceSchema>;
export type EditInput = v.InferOutput<typeof EditInputSchema>;
