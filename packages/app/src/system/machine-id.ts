import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * An identifier of this machine that survives restarts: `/etc/machine-id` (machine-id(5)), the
 * platform's UUID on macOS, the MachineGuid on Windows, or the host name if none can be read. It
 * binds the keyring slot to the machine and isn't a secret.
 */
export function machineId(): string {
  return readMachineId() ?? `host:${hostname()}`;
}

function readMachineId(): string | undefined {
  switch (process.platform) {
    case 'linux':
      return firstReadable(['/etc/machine-id', '/var/lib/dbus/machine-id']);
    case 'darwin':
      return matchOf(
        '/usr/sbin/ioreg',
        ['-rd1', '-c', 'IOPlatformExpertDevice'],
        /"IOPlatformUUID" = "([^"]+)"/,
      );
    case 'win32':
      return matchOf(
        'reg',
        ['query', 'HKLM\\SOFTWARE\\Microsoft\\Cryptography', '/v', 'MachineGuid'],
        /REG_SZ\s+(\S+)/,
      );
    default:
      return undefined;
  }
}

function firstReadable(paths: readonly string[]): string | undefined {
  for (const path of paths) {
    try {
      const text = readFileSync(path, 'utf8').trim();
      if (text !== '') return text;
    } catch {
      // The next place, then the host name.
    }
  }
  return undefined;
}

function matchOf(command: string, args: readonly string[], form: RegExp): string | undefined {
  try {
    return form.exec(execFileSync(command, args, { encoding: 'utf8', timeout: 5000 }))?.[1];
  } catch {
    return undefined;
  }
}
