import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PRIVATE_FILE } from '@postern/disk';

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ['xdg-open'],
  darwin: ['open'],
  win32: ['explorer.exe'],
};

/** How long to keep the file for a slow browser. The code in it works once. */
const FILE_LIFE_MS = 30_000;

/**
 * Opens the page in the user's browser through a file of mode 0600 that redirects to it, because
 * every user of the machine could read a URL on a command line.
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
  // Without a browser this isn't a failure: the URL is printed in the terminal.
  child.on('error', () => undefined);
  child.unref();
  setTimeout(() => {
    rmSync(file, { force: true });
  }, FILE_LIFE_MS).unref();
}
