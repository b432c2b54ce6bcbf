import type { AttachmentPart, Message } from '@postern/protocol';

/** The attachments that messages use, each once. */
export function attachmentsOf(messages: readonly Message[]): readonly AttachmentPart[] {
  const parts = messages.flatMap(({ parts: all }) =>
    all.filter((part) => part.kind === 'attachment'),
  );
  return [...new Map(parts.map((part) => [part.id, part])).values()];
}
