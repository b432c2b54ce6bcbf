import { Hono } from 'hono';
import { conversationId, DraftInputSchema } from '@postern/protocol';
import { findAttachments } from '../attachments/find-attachments.ts';
import type { Postern } from '../postern.ts';
import { failureResponse, parseBody } from './answers.ts';
import { json, withStore } from './conversation-routes.ts';

/** The messages that were typed but not sent. */
export function draftRoutes(postern: Postern): Hono {
  const app = new Hono();
  app.get('/drafts', () => withStore(postern, (store) => json(store.drafts())));
  app.put('/drafts', async (context) => {
    const input = await parseBody(context, DraftInputSchema);
    if (!input.ok) return input.response;
    const { conversation, text, attachments: ids = [] } = input.value;
    return withStore(postern, (store) => {
      const attachments = findAttachments(store.attachments, ids);
      if (!attachments.ok) return failureResponse(attachments.failure);
      const id = conversation === null ? null : conversationId.from(conversation);
      const draft = { conversation: id, text, attachments: attachments.value };
      const saved = store.saveDraft(draft);
      if (!saved.ok) return json(saved);
      postern.pageEvents.add({ kind: 'draft', ...draft });
      return new Response(null, { status: 204 });
    });
  });
  return app;
}
