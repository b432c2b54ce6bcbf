import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { launcherNodeOptions, peerPath } from '@postern/testing';
import type { LoadOrder } from './load.ts';
import type { OurSetup } from './our-setup.ts';
import { startProgram, type Measured } from './processes.ts';
import type { Sides } from './run-load.ts';

const GATEWAY_PROCESSOR = 0;
const OTHER_PROCESSOR = 1;

/** A target for requests: the upstream itself, or a gateway in front of it. */
export interface Target {
  readonly name: string;
  readonly port: number;
  /** Sets of headers that requests use in turn. */
  readonly headers: LoadOrder['headers'];
  readonly sides: Sides;
  stop(): Promise<void>;
}

export interface Upstream extends Measured {
  readonly port: number;
}

export async function startUpstream(deltaDelayMs: number): Promise<Upstream> {
  const main = join(import.meta.dirname, '../../src/fake-upstream/main.ts');
  const started = await startProgram({
    name: 'the fake upstream',
    processor: OTHER_PROCESSOR,
    command: [process.execPath, main, '--fast', '--delta-delay-ms', String(deltaDelayMs)],
    ready: /^http:\/\/127\.0\.0\.1:(\d+)$/,
  });
  return { ...started, port: Number(started.ready[1]) };
}

export function directTarget(upstream: Upstream): Target {
  return {
    name: 'direct',
    port: upstream.port,
    headers: [{}],
    sides: { gateway: [], upstream: upstream.pid, processor: OTHER_PROCESSOR },
    stop: () => Promise.resolve(),
  };
}

/** Postern's gateway with everything on. */
export async function startOurs(
  upstream: Upstream,
  setup: Partial<OurSetup> & { readonly name?: string } = {},
): Promise<Target> {
  const { name = 'Postern', keys = 1, isLimited = true } = setup;
  const url = `http://127.0.0.1:${upstream.port}`;
  const whole: OurSetup = { url, keys, isLimited };
  const started = await startProgram({
    name,
    processor: GATEWAY_PROCESSOR,
    command: [
      process.execPath,
      ...launcherNodeOptions(),
      join(import.meta.dirname, 'our-gateway.ts'),
      JSON.stringify(whole),
    ],
    ready: /^(\d+) (\S+)$/,
  });
  const [, port = '', path = ''] = started.ready;
  const headers = readFileSync(path, 'utf8')
    .split('\n')
    .map((key) => ({ authorization: `Bearer ${key}` }));
  return targetThrough(name, started, Number(port), upstream, headers);
}

/** A forwarder without any feature: the cost of Node's `http` and undici alone. */
export async function startBare(upstream: Upstream): Promise<Target> {
  const started = await startProgram({
    name: 'the bare forwarder',
    processor: GATEWAY_PROCESSOR,
    command: [
      process.execPath,
      join(import.meta.dirname, 'bare-forwarder.ts'),
      `http://127.0.0.1:${upstream.port}`,
    ],
    ready: /^(\d+)$/,
  });
  return targetThrough('bare', started, Number(started.ready[1]), upstream);
}

/** One nginx worker with `proxy_pass`; undefined if nginx isn't installed. */
export async function startNginx(upstream: Upstream, home: string): Promise<Target | undefined> {
  if (spawnSync('nginx', ['-v']).status !== 0) return undefined;
  const port = await freePort();
  const configuration = join(home, 'nginx.conf');
  writeFileSync(configuration, nginxConfiguration(port, upstream.port, home));
  const started = await startProgram({
    name: 'nginx',
    processor: GATEWAY_PROCESSOR,
    command: ['nginx', '-p', home, '-c', configuration, '-e', 'stderr'],
    ready: { port },
  });
  return targetThrough('nginx', started, port, upstream);
}

export async function startPortkey(upstream: Upstream, home: string): Promise<Target> {
  const port = await freePort();
  const started = await startProgram({
    name: 'Portkey',
    processor: GATEWAY_PROCESSOR,
    command: [process.execPath, 'build/start-server.js', `--port=${port}`, '--headless'],
    ready: /Ready for connections/,
    cwd: peerPath('@portkey-ai/gateway'),
    env: { PATH: process.env['PATH'], HOME: home },
    silent: true,
  });
  return targetThrough('Portkey', started, port, upstream, [
    {
      authorization: 'Bearer sk-upstream',
      'x-portkey-provider': 'openai',
      'x-portkey-custom-host': `http://127.0.0.1:${upstream.port}/v1`,
    },
  ]);
}

function targetThrough(
  name: string,
  started: Measured,
  port: number,
  upstream: Upstream,
  headers: Target['headers'] = [{}],
): Target {
  const sides = { gateway: [started.pid], upstream: upstream.pid, processor: OTHER_PROCESSOR };
  return { name, port, headers, sides, stop: () => started.stop() };
}

/** A single process, so that its processor time is all that nginx uses. */
function nginxConfiguration(port: number, upstreamPort: number, home: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `daemon off;
master_process off;
pid ${home}/nginx.pid;
events { worker_connections 4096; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${home}/${name};`).join('\n  ')}
  upstream fake { server 127.0.0.1:${upstreamPort}; keepalive 1024; }
  server {
    listen 127.0.0.1:${port};
    keepalive_requests 100000000;
    client_max_body_size 0;
    location / {
      proxy_pass http://fake;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
      proxy_request_buffering off;
    }
  }
}
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
