import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PRIVATE_FILE } from '@postern/disk';

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ['xdg-open'],
  darwin: ['open'],
  win32: ['explorer.exe'],
};

/** How long the file stays for a slow browser; the code in it works once. */
const FILE_LIFE_MS = 30_000;

/**
 * Opens the page in the person's browser by way of a 0600 file that sends it on: an address on a
 * command line could be read by every user of the machine.
 */
export function openInBrowser(runtimeDir: string, launchUrl: string): void {
  const [command] = OPENERS[process.platform] ?? [];
  if (command === undefined) return;
  const file = join(runtimeDir, 'open.html');
  const page = `<!doctype html><meta charset="utf-8"><title>Postern</title><meta http-equiv="refresh" content="0;url=${launchUrl}">\n`;
  try {
    rmSync(file, { force: true });
    writeFileSync(file, page, { mode: PRIVATE_FILE, flag: 'wx' });
  } catch {
    return;
  }
  const child = spawn(command, [file], { stdio: 'ignore', detached: true });
  // No browser is no failure: the address stands in the terminal.
  child.on('error', () => undefined);
  child.unref();
  setTimeout(() => {
    rmSync(file, { force: true });
  }, FILE_LIFE_MS).unref();
}
