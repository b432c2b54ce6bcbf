import { EraseInputSchema, type StorageView } from '@postern/protocol';
import { Hono } from 'hono';
import { storedData } from '../erase/stored-data.ts';
import { proofOf, proveUser } from '../vault/prove.ts';
import { failureResponse, parseBody } from './answers.ts';
import type { AppApiParts } from './app-api-parts.ts';
import { json, withStore } from './conversation-routes.ts';
import type { AppEnv } from './require-session.ts';

const MAX_TRASH = 500;

/** What is stored and what opens it, and erasing all of it. */
export function storageRoutes({ postern, program }: AppApiParts): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.get('/storage', () =>
    withStore(postern, (store) => {
      const trash = store.listRemoved(MAX_TRASH);
      if (!trash.ok) return json(trash);
      const { home, vault } = postern;
      return Response.json({
        slots: vault.slots.map(({ kind }) => kind),
        data: storedData(home),
        trashed: trash.value.length,
      } satisfies StorageView);
    }),
  );
  app.post('/erase', async (context) => {
    const input = await parseBody(context, EraseInputSchema);
    if (!input.ok) return input.response;
    const erased = await postern.unlocking(async () => {
      const proven = await proveUser(postern, proofOf(input.value));
      if (!proven.ok) return proven;
      await postern.locking.lock('ASKED');
      return await program.erase();
    });
    if (!erased.ok) return failureResponse(erased.failure);
    program.stop();
    return context.json(erased.value);
  });
  return app;
}
