import { Hono } from 'hono';
import { conversationId, DraftInputSchema } from '@postern/protocol';
import type { Postern } from '../postern.ts';
import { parseBody } from './answers.ts';
import { json, withStore } from './conversation-routes.ts';

/** The messages that were typed but not sent. */
export function draftRoutes(postern: Postern): Hono {
  const app = new Hono();
  app.get('/drafts', () => withStore(postern, (store) => json(store.drafts())));
  app.put('/drafts', async (context) => {
    const input = await parseBody(context, DraftInputSchema);
    if (!input.ok) return input.response;
    const { conversation, text } = input.value;
    return withStore(postern, (store) => {
      const id = conversation === null ? null : conversationId.from(conversation);
      const saved = store.saveDraft({ conversation: id, text });
      if (!saved.ok) return json(saved);
      postern.pageEvents.add({ kind: 'draft', conversation: id, text });
      return new Response(null, { status: 204 });
    });
  });
  return app;
}
