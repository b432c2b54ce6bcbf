import { createLater } from '../../state/later.ts';

/** Everything that adds and shows attachments isn't part of the first load. */
export const attachmentParts = createLater(async () => await import('./attachment-parts.ts'));
