import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { daemonProgram, type DaemonProgram } from './daemon-program.ts';
import type { CertificateFiles, TestCertificates } from './test-certificates.ts';

/** What a receiver listens for. */
export interface Listening {
  readonly port: number;
  /** With TLS; absent: plain TCP. */
  readonly tls?: {
    readonly certificates: TestCertificates;
    readonly server: CertificateFiles;
    /** Whether clients must show a certificate of the authority. */
    readonly asksClient: boolean;
  };
}

/** One syslog daemon as data. Every received message is written as one line of fields. */
export interface SyslogDaemon {
  readonly name: string;
  readonly packages: readonly string[];
  readonly program: string;
  config(listening: Listening, directory: string, program: DaemonProgram): string;
  args(configPath: string, directory: string, program: DaemonProgram): readonly string[];
}

const OUTPUT = 'received.log';

export const RSYSLOG: SyslogDaemon = {
  name: 'rsyslog',
  program: 'rsyslogd',
  packages: ['rsyslog', 'rsyslog-gnutls', 'liblognorm5', 'libestr0', 'libfastjson4'],
  config: ({ port, tls }, directory) => {
    const driver =
      tls === undefined
        ? ''
        : `global(defaultNetstreamDriverCAFile="${tls.certificates.authority.certificate}"
                  defaultNetstreamDriverCertFile="${tls.server.certificate}"
                  defaultNetstreamDriverKeyFile="${tls.server.key}")`;
    const mode =
      tls === undefined
        ? ''
        : `streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="${tls.asksClient ? 'x509/certvalid' : 'anon'}"`;
    return `
      global(workDirectory="${directory}" maxMessageSize="128k")
      ${driver}
      module(load="imtcp" ${mode})
      template(name="fields" type="string"
        string="%pri%|%timestamp:::date-rfc3339%|%hostname%|%app-name%|%procid%|%msgid%|%structured-data%|%msg%\\n")
      input(type="imtcp" address="127.0.0.1" port="${port}" supportOctetCountedFraming="on")
      action(type="omfile" file="${join(directory, OUTPUT)}" template="fields")
    `;
  },
  args: (configPath, directory, { root }) => [
    ...['-n', '-f', configPath, '-i', join(directory, 'pid')],
    ...(root === '' ? [] : ['-M', join(root, 'usr/lib/x86_64-linux-gnu/rsyslog')]),
  ],
};

export const SYSLOG_NG: SyslogDaemon = {
  name: 'syslog-ng',
  program: 'syslog-ng',
  packages: ['syslog-ng-core', 'libivykis0', 'libnet1'],
  config: ({ port, tls }, directory) => {
    const secured =
      tls === undefined
        ? ''
        : `tls(cert-file("${tls.server.certificate}") key-file("${tls.server.key}")
               ca-file("${tls.certificates.authority.certificate}")
               peer-verify(${tls.asksClient ? 'required-trusted' : 'optional-untrusted'}))`;
    return `@version: 3.35
      options { keep-hostname(yes); keep-timestamp(yes); log-msg-size(131072); time-zone("UTC"); };
      source s { syslog(ip("127.0.0.1") port(${port}) transport("${tls === undefined ? 'tcp' : 'tls'}") ${secured}); };
      template fields { template("$PRI|\${S_YEAR}-\${S_MONTH}-\${S_DAY}T\${S_HOUR}:\${S_MIN}:\${S_SEC}.\${S_MSEC}Z|$HOST|$PROGRAM|$PID|$MSGID|$SDATA|$MSG\\n"); };
      destination d { file("${join(directory, OUTPUT)}" template(fields)); };
      log { source(s); destination(d); };
    `;
  },
  args: (configPath, directory) => [
    ...['--foreground', '--stderr', '--no-caps', '--cfgfile', configPath],
    ...['--persist-file', join(directory, 'persist'), '--control', join(directory, 'control')],
    ...['--pidfile', join(directory, 'pid')],
  ],
};

export interface RunningDaemon extends AsyncDisposable {
  /** What was received, once it is at least so many lines, or what there is after the time. */
  lines(count: number): Promise<readonly string[]>;
}

/** Starts a daemon and waits until it takes connections; undefined where it cannot be had. */
export async function startDaemon(
  daemon: SyslogDaemon,
  listening: Listening,
  directory: string,
): Promise<RunningDaemon | undefined> {
  const program = await daemonProgram(daemon.program, daemon.packages);
  if (program === undefined) return undefined;
  await mkdir(directory, { recursive: true });
  const configPath = join(directory, 'daemon.conf');
  await writeFile(configPath, daemon.config(listening, directory, program));
  const child = spawn(program.path, [...daemon.args(configPath, directory, program)], {
    env: { ...process.env, ...program.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await Promise.race([exited, sleep(5000, undefined, { ref: false })]);
    child.kill('SIGKILL');
  };
  for (let tries = 0; !(await takesConnections(listening.port)); tries += 1) {
    if (tries > 100 || child.exitCode !== null) {
      await stop();
      throw new Error(`${daemon.name} did not start: ${output}`);
    }
    await sleep(100);
  }
  return {
    lines: (count) => linesOf(join(directory, OUTPUT), count),
    [Symbol.asyncDispose]: stop,
  };
}

async function linesOf(path: string, count: number): Promise<readonly string[]> {
  for (let tries = 0; ; tries += 1) {
    const text = await readFile(path, 'utf8').catch(() => '');
    const lines = text.split('\n').slice(0, -1);
    if (lines.length >= count || tries === 100) return lines;
    await sleep(100);
  }
}

async function takesConnections(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** A port of loopback that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
