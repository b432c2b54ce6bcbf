import type { StorageView } from '@postern/protocol';
import { Hono } from 'hono';
import type { Postern } from '../postern.ts';
import { failureResponse } from './answers.ts';
import { lockedFailure } from './conversation-routes.ts';
import type { AppEnv } from './require-session.ts';

/** What is stored, and what opens it. */
export function storageRoutes(postern: Postern): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.get('/storage', (context) => {
    if (postern.stores() === undefined) return failureResponse(lockedFailure(postern));
    return context.json({
      slots: postern.vault.slots.map(({ kind }) => kind),
    } satisfies StorageView);
  });
  return app;
}
