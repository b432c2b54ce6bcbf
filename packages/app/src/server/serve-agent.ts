import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { Randomness, Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import { createAgentApi } from '../instance/agent-api.ts';
import type { ControlPlace } from '../instance/control-address.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import type { Listening } from './listen.ts';
import { listenOnSocket } from './listen-on-socket.ts';

export interface ServeAgentOptions {
  readonly place: ControlPlace;
  readonly randomness: Randomness;
  readonly vault: OpenVault;
  readonly version: string;
  /** Called when the vault is used. */
  readonly onUse: () => void;
  /** Called when a command locks the vault. */
  readonly onLock: () => void;
}

/** Serves an unlocked vault on a Unix socket to this user's other commands. */
export async function serveAgent(options: ServeAgentOptions): Promise<Result<Listening, Problem>> {
  const app = new Hono();
  app.get('/status', (context) =>
    context.json({
      unlocked: true,
      storage: options.vault.storage,
      pid: process.pid,
      version: options.version,
    }),
  );
  app.post('/lock', (context) => {
    options.onLock();
    return context.json({ locked: true });
  });
  app.route(
    '/',
    createAgentApi(() => {
      options.onUse();
      return options.vault;
    }),
  );
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  return await listenOnSocket(options.place, options.randomness, (request, response) => {
    void listener(request, response);
  });
}
