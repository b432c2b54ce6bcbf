#!/usr/bin/env -S node --max-semi-space-size=16 --
// Postern needs Node 24. If an older Node starts this file, it starts the Node from the installed
// packages. This launcher therefore uses only syntax and modules of Node 18. Without the `--`, Node
// would read Postern's --env-file option as its own. The first option (in MB) bounds the memory for
// new objects: with 512 streams at once the gateway then uses a third less memory, and 2 % more
// processor time.
import { spawn } from 'node:child_process';
import { existsSync, fstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NEEDED_MAJOR = 24;
const NODE_OPTIONS = ['--max-semi-space-size=16', '--'];
const here = dirname(fileURLToPath(import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) {
  await import(pathToFileURL(await program()).href);
} else {
  const node = carriedNode();
  if (node === undefined) {
    process.stderr.write(
      `postern: this is Node ${process.versions.node}; Postern needs Node ${NEEDED_MAJOR}. ` +
        'Run npm ci in the checkout, or install a newer Node.\n',
    );
    process.exitCode = 1;
  } else {
    handOver(node);
  }
}

/**
 * What to run: the published build, or in a checkout a build that is updated if the sources
 * changed.
 */
async function program() {
  const source = join(here, '..', 'src', 'main.ts');
  if (!existsSync(source)) return join(here, '..', 'dist', 'postern.cjs');
  const root = join(here, '..', '..', '..');
  const { findBuild } = await import('./list-sources.js');
  const found = findBuild(root, 'postern');
  if (found !== undefined) return found;
  const { buildFresh } = await import('./fresh-build.js');
  /** @param {string} line */
  const say = (line) => process.stderr.write(`${line}\n`);
  return buildFresh({ root, name: 'postern', say }) ?? source;
}

/** The `node` that the workspace's platform package installed into node_modules/.bin. */
function carriedNode() {
  const name = process.platform === 'win32' ? 'node.cmd' : 'node';
  for (let at = here; dirname(at) !== at; at = dirname(at)) {
    const candidate = join(at, 'node_modules', '.bin', name);
    if (existsSync(candidate)) return candidate;
  }
  return undefined;
}

/**
 * The open descriptors that options such as `--passphrase-fd 3` name, each under its own number.
 */
function furtherDescriptors() {
  const words = process.argv.slice(2);
  const end = words.indexOf('--');
  const ours = end === -1 ? words : words.slice(0, end);
  const named = ours.flatMap((word, at) => {
    const option = /^--[a-z-]*fd(?:=(\d+))?$/.exec(word);
    if (option === null) return [];
    const descriptor = Number(option[1] ?? ours[at + 1]);
    return descriptor >= 3 && descriptor < 100 && isOpen(descriptor) ? [descriptor] : [];
  });
  const count = Math.max(2, ...named) - 2;
  return Array.from({ length: count }, (_, at) => (named.includes(at + 3) ? at + 3 : 'ignore'));
}

/** @param {number} descriptor */
function isOpen(descriptor) {
  try {
    fstatSync(descriptor);
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs this file again under another Node, as if it had been started itself.
 * @param {string} node
 */
function handOver(node) {
  const child = spawn(
    node,
    [...NODE_OPTIONS, fileURLToPath(import.meta.url), ...process.argv.slice(2)],
    {
      stdio: ['inherit', 'inherit', 'inherit', ...furtherDescriptors()],
    },
  );
  /** @type {NodeJS.Signals[]} */
  const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  // A terminal sends SIGINT to both processes; the child decides how to handle it.
  for (const signal of forwarded) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('exit', (code, signal) => {
    for (const name of forwarded) process.removeAllListeners(name);
    if (signal === null) process.exitCode = code ?? 1;
    else process.kill(process.pid, signal);
  });
}
