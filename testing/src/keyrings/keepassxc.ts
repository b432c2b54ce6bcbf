import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProgram } from '../run-program.ts';
import type { KeyringPlace, KeyringService } from './keyring-service.ts';

const PASSWORD = 'the password of a test database';
/** Named after the database's file. */
const COLLECTION = '/org/freedesktop/secrets/collection/test';
const READY_TIMEOUT_MS = 180_000;
const POLL_MS = 50;
/** Qt renders its windows in memory. */
const WITHOUT_DISPLAY = { QT_QPA_PLATFORM: 'offscreen' };

/**
 * KeePassXC with one database. It exposes the root group on the bus and asks no questions. After a
 * lock it opens a window for the password and waits, so it never has the state `locked`.
 */
export const KEEPASSXC: KeyringService = {
  name: 'KeePassXC',
  programs: ['keepassxc', 'keepassxc-cli'],
  kinds: ['unlocked', 'prompting', 'denied'],
  collection: COLLECTION,
  start: async (place, kind) => {
    const { home, environment } = place;
    const [configuration, database] = [settingsIn(home.path), join(home.path, 'test.kdbx')];
    await makeDatabase(place, database);
    const program = startProgram('keepassxc', ['--pw-stdin', '--config', configuration, database], {
      environment: { ...environment, ...WITHOUT_DISPLAY },
      input: PASSWORD,
    });
    // It is on the bus before its database is open. A call in between would open a window.
    const untilMs = Date.now() + READY_TIMEOUT_MS;
    while (kind !== 'denied' && !(await isUnlocked(place))) {
      if (Date.now() > untilMs) throw new Error(`KeePassXC stays locked: ${program.stderr()}`);
      await sleep(POLL_MS);
    }
    return program;
  },
  lock: async ({ run, home }) => {
    const configuration = join(home.path, 'keepassxc', 'keepassxc.ini');
    await run('env', [
      ...Object.entries(WITHOUT_DISPLAY).map(([name, value]) => `${name}=${value}`),
      ...['keepassxc', '--config', configuration, '--lock'],
    ]);
  },
};

async function isUnlocked({ run }: KeyringPlace): Promise<boolean> {
  const { stdout } = await run('gdbus', [
    ...['call', '--session', '--timeout', '10', '--dest', 'org.freedesktop.secrets'],
    ...['--object-path', COLLECTION, '--method', 'org.freedesktop.DBus.Properties.Get'],
    ...['org.freedesktop.Secret.Collection', 'Locked'],
  ]);
  return stdout.includes('false');
}

/** It saves only on exit: KeePassXC 2.7.4 can crash if a value is written while it saves. */
function settingsIn(home: string): string {
  const directory = join(home, 'keepassxc');
  mkdirSync(directory);
  const file = join(directory, 'keepassxc.ini');
  writeFileSync(
    file,
    `[General]
ConfigVersion=2
UpdateCheckMessageShown=true
AutoSaveAfterEveryChange=false

[GUI]
CheckForUpdates=false

[FdoSecrets]
Enabled=true
ShowNotification=false
ConfirmAccessItem=false
ConfirmDeleteItem=false
`,
  );
  return file;
}

/**
 * The exposed group is stored in the database's custom data, which only the XML import can write
 * without a window. The group's id appears as bytes in Base64 and as a UUID.
 */
async function makeDatabase({ home, run }: KeyringPlace, database: string): Promise<void> {
  const xml = join(home.path, 'test.xml');
  const exposed = '{00112233-4455-6677-8899-aabbccddeeff}';
  writeFileSync(
    xml,
    `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<KeePassFile>
  <Meta>
    <CustomData><Item><Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>${exposed}</Value></Item></CustomData>
  </Meta>
  <Root><Group><UUID>ABEiM0RVZneImaq7zN3u/w==</UUID><Name>Root</Name></Group></Root>
</KeePassFile>
`,
  );
  const made = await run(
    'keepassxc-cli',
    ['import', '--set-password', xml, database],
    `${PASSWORD}\n${PASSWORD}\n`,
  );
  if (made.code !== 0) throw new Error(`keepassxc-cli import failed: ${made.stderr}`);
}
