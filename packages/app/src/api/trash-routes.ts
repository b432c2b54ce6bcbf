import { Hono } from 'hono';
import type { StoreFailure } from '@postern/conversations';
import type { Result } from '@postern/kernel';
import type { Postern } from '../postern.ts';
import { json, TRASH_MS, withConversation, withStore } from './conversation-routes.ts';

const MAX_TRASH = 500;

/** Deleted conversations, until they are deleted permanently. */
export function trashRoutes(postern: Postern): Hono {
  const app = new Hono();
  app.get('/trash', () =>
    withStore(postern, (store) => {
      store.purgeRemoved(postern.clock.nowMs() - TRASH_MS);
      return json(store.listRemoved(MAX_TRASH));
    }),
  );
  app.delete('/trash', () =>
    withStore(postern, (store) => purged(postern, store.purgeRemoved(Number.MAX_SAFE_INTEGER))),
  );
  app.delete('/trash/:id', (context) =>
    withConversation(postern, context, (store, id) => purged(postern, store.purge(id))),
  );
  return app;
}

function purged(postern: Postern, result: Result<number, StoreFailure>): Response {
  if (!result.ok) return json(result);
  postern.pageEvents.add({ kind: 'trash' });
  return new Response(null, { status: 204 });
}
