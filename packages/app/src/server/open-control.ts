import { getRequestListener } from '@hono/node-server';
import type { Randomness, Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import type { ChangedSetting } from '../config/reload-config.ts';
import { createAgentApi } from '../instance/agent-api.ts';
import { controlPlace } from '../instance/control-address.ts';
import { createControlApi } from '../instance/control-api.ts';
import type { Postern } from '../postern.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import type { Listening } from './listen.ts';
import { listenOnSocket } from './listen-on-socket.ts';

export interface OpenControlOptions {
  readonly postern: Postern;
  readonly randomness: Randomness;
  readonly version: string;
  /** Where this process answers. */
  readonly address: string;
  /** Undefined without a page. */
  readonly launchUrl?: () => string;
  /** Signs out every browser. */
  readonly endSessions: () => void;
  readonly stop: () => void;
  readonly reload: () => Promise<Result<readonly ChangedSetting[], Problem>>;
}

/** Opens the socket on which this user's other commands reach the running process. */
export async function openControl(
  options: OpenControlOptions,
): Promise<Result<Listening, Problem>> {
  const { postern, address, version, launchUrl, endSessions, stop, reload } = options;
  const held = (): OpenVault | undefined => {
    postern.locking.used();
    return postern.openVault();
  };
  const api = createControlApi({
    ...(launchUrl === undefined ? {} : { launchUrl }),
    status: () => ({
      address,
      version,
      pid: process.pid,
      storage: postern.vault.storage ?? null,
      unlocked: postern.stores() !== undefined,
    }),
    lock: async () => {
      await postern.locking.lock('ASKED');
    },
    endSessions,
    stop,
    chatsChanged: () => {
      postern.pageEvents.add({ kind: 'sync' });
    },
    reload,
  });
  api.route('/', createAgentApi(held));
  const answer = getRequestListener(api.fetch, { overrideGlobalObjects: false });
  return await listenOnSocket(
    controlPlace(postern.home),
    options.randomness,
    (request, response) => {
      void answer(request, response);
    },
  );
}
