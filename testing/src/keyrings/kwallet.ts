import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { startProgram, type RunningProgram } from '../run-program.ts';
import type { KeyringPlace, KeyringService } from './keyring-service.ts';

/** The hash that a login passes: the output of PBKDF2. Only its length matters here. */
const LOGIN_HASH = 'k'.repeat(56);
const SALT_BYTES = 56;
const READY_TIMEOUT_MS = 180_000;
const POLL_MS = 50;
const WALLET = 'kdewallet';

/**
 * KWallet, unlocked as a login through PAM unlocks it: the password hash arrives through a pipe,
 * the session's environment through a socket, and no window is needed. After a lock it opens a
 * window for the password and waits, so it never has the state `locked`.
 */
export const KWALLET: KeyringService = {
  name: 'KWallet',
  programs: ['kwalletd5'],
  kinds: ['unlocked', 'prompting', 'denied'],
  collection: `/org/freedesktop/secrets/collection/${WALLET}`,
  start: async (place) => {
    const wallet = prepare(place.home.path);
    // The first start creates the wallet, but only wallets that existed before a start appear on
    // the bus. KWallet creates an empty file, then replaces it by the wallet; a wallet that is
    // still empty at the next start can't be opened.
    const first = await startDaemon(place);
    const untilMs = Date.now() + READY_TIMEOUT_MS;
    while ((statSync(wallet, { throwIfNoEntry: false })?.size ?? 0) === 0) {
      if (Date.now() > untilMs) throw new Error(`no wallet was made: ${first.stderr()}`);
      await sleep(POLL_MS);
    }
    await first.stop('SIGTERM');
    return await startDaemon(place);
  },
  lock: async ({ run }) => {
    await run('gdbus', [
      ...['call', '--session', '--timeout', '10', '--dest', 'org.kde.kwalletd5'],
      ...['--object-path', '/modules/kwalletd5', '--method', 'org.kde.KWallet.close'],
      ...[WALLET, 'true'],
    ]);
  },
};

/** Writes the settings and the salt. Returns the path of the wallet, which doesn't exist yet. */
function prepare(home: string): string {
  const [configuration, wallets] = [join(home, '.config'), join(home, '.local/share/kwalletd')];
  for (const directory of [configuration, wallets]) mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(configuration, 'kwalletrc'),
    `[Wallet]
Enabled=true
First Use=false
Prompt on Open=false
Launch Manager=false
Default Wallet=${WALLET}
Close When Idle=false
Close on Screensaver=false
Leave Open=true

[org.freedesktop.secrets]
apiEnabled=true
`,
  );
  writeFileSync(join(wallets, `${WALLET}.salt`), randomBytes(SALT_BYTES));
  return join(wallets, `${WALLET}.kwl`);
}

const Listening = v.object({ _handle: v.object({ fd: v.number() }) });

async function startDaemon({ environment }: KeyringPlace): Promise<RunningProgram> {
  const address = join(environment['XDG_RUNTIME_DIR'] ?? '', 'kwallet5.socket');
  const server = createServer();
  server.listen(address);
  await once(server, 'listening');
  const { fd } = v.parse(Listening, server)._handle;
  // The data must wait in the socket's queue before the daemon reads it, which it does only once.
  const client = connect(address);
  const daemon = startProgram('kwalletd5', ['--pam-login', '3', '4'], {
    environment: { ...environment, QT_QPA_PLATFORM: 'offscreen', PAM_KWALLET5_LOGIN: address },
    descriptors: [LOGIN_HASH],
    inherited: [fd],
  });
  server.close();
  client.end(`DBUS_SESSION_BUS_ADDRESS=${environment['DBUS_SESSION_BUS_ADDRESS'] ?? ''}\n`);
  return daemon;
}
