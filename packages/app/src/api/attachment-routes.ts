import { Hono, type Context } from 'hono';
import {
  attachmentId,
  conversationId,
  ATTACHMENT_TYPES,
  MAX_ATTACHMENT_BYTES,
  problem,
  type Attachment,
  type Problem,
} from '@postern/protocol';
import { describeStoreFailure } from '@postern/conversations';
import {
  attachmentPieces,
  storeAttachment,
  type CurrentAttachments,
} from '../attachments/store-attachment.ts';
import type { Postern } from '../postern.ts';
import { failureResponse, limitBody } from './answers.ts';
import { lockedFailure } from './conversation-routes.ts';
import { pageOf, type AppEnv } from './require-session.ts';

/** Whatever shows the response as a page, it has no script, no origin and loads nothing. */
const POLICY =
  "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Stores files that users add to messages, and returns their bytes. */
export function attachmentRoutes(postern: Postern): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.post('/attachments', limitBody(MAX_ATTACHMENT_BYTES), async (context) => {
    const current = placeOf(postern, context);
    if (current() === undefined) return failureResponse(absentFailure(postern));
    const bytes = new Uint8Array(await context.req.arrayBuffer());
    const stored = await storeAttachment(current, context.req.query('name') ?? '', bytes);
    return stored.ok ? Response.json(stored.value) : failureResponse(stored.failure);
  });
  app.get('/attachments/:id', (context) => {
    const current = placeOf(postern, context);
    const store = current();
    if (store === undefined) return failureResponse(absentFailure(postern));
    const id = attachmentId.parse(context.req.param('id'));
    if (id === undefined) return failureResponse(problem('ATTACHMENT_NOT_FOUND'));
    const found = store.find(id);
    if (!found.ok) return failureResponse(describeStoreFailure(found.failure));
    return new Response(bodyOf(attachmentPieces(current, id)), { headers: headersOf(found.value) });
  });
  return app;
}

/** The attachments of stored chats, or those of the private chat that the request names, which are in memory. */
function placeOf(postern: Postern, context: Context<AppEnv>): CurrentAttachments {
  const chat = context.req.query('private');
  if (chat === undefined) return () => postern.stores()?.conversations.attachments;
  const id = conversationId.parse(chat);
  const page = pageOf(context);
  return () => (id === undefined ? undefined : postern.privateChats.find(page, id)?.attachments);
}

function absentFailure(postern: Postern): Problem {
  const isOpen = postern.stores() !== undefined;
  return isOpen ? problem('CONVERSATION_NOT_FOUND') : lockedFailure(postern);
}

function headersOf({ name, mediaType, size }: Attachment): Record<string, string> {
  const isImage = ATTACHMENT_TYPES[mediaType].modality === 'image';
  return {
    'content-type': isImage ? mediaType : 'application/octet-stream',
    'content-length': String(size),
    'content-disposition': `attachment; filename*=UTF-8''${encoded(name)}`,
    'content-security-policy': POLICY,
  };
}

/** RFC 8187, 3.2.1: `attr-char` doesn't contain these four. */
function encoded(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** If a piece can't be read, the response is cut off. */
function bodyOf(pieces: ReturnType<typeof attachmentPieces>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const next = await pieces.next();
        if (next.done !== true) controller.enqueue(next.value);
        else if (next.value.ok) controller.close();
        else controller.error(new Error(next.value.failure.code));
      },
      cancel: async () => {
        await pieces.return({ ok: true, value: undefined });
      },
    },
    { highWaterMark: 0 },
  );
}
