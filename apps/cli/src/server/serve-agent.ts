import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { failed, type Result } from '@postern/kernel';
import { described, type Described } from '../failure/described.ts';
import { createAgentApi } from '../instance/agent-api.ts';
import type { OpenVault } from '../services/open-vault.ts';
import { listenOnSocket, type Listening } from './listen.ts';

export interface ServeAgentOptions {
  readonly address: string;
  readonly vault: OpenVault;
  readonly version: string;
  /** Somebody used the vault. */
  readonly onUse: () => void;
  /** Somebody asked to lock. */
  readonly onLock: () => void;
}

/** Serves one open vault on a Unix socket, to this user's other commands. */
export async function serveAgent(
  options: ServeAgentOptions,
): Promise<Result<Listening, Described>> {
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
  const listening = await listenOnSocket(options.address, (request, response) => {
    void listener(request, response);
  });
  if (listening.ok) return listening;
  return failed(described('HOME_READ_ONLY', `Cannot open the socket ${options.address}.`));
}
