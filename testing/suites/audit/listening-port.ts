import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** `/proc/net/tcp` has addresses in hexadecimal and states as numbers. */
const LISTENING = /^ *\d+: 0100007F:([0-9A-F]{4}) \S+ 0A (?:\S+ +){5}(\d+) /gm;

/**
 * Returns the TCP port of 127.0.0.1 that a process listens on (Linux); undefined if it doesn't
 * listen yet.
 */
export function listeningPort(pid: number): number | undefined {
  const sockets = new Set(socketsOf(pid));
  const table = readFileSync('/proc/net/tcp', 'utf8');
  for (const [, port = '', inode = ''] of table.matchAll(LISTENING)) {
    if (sockets.has(`socket:[${inode}]`)) return Number.parseInt(port, 16);
  }
  return undefined;
}

function socketsOf(pid: number): readonly string[] {
  try {
    const directory = `/proc/${String(pid)}/fd`;
    return readdirSync(directory).flatMap((name) => {
      try {
        return [readlinkSync(`${directory}/${name}`)];
      } catch {
        // It was closed in the meantime.
        return [];
      }
    });
  } catch {
    // The process has ended.
    return [];
  }
}
