import { readdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { daemonRoot, startProgram, type UnpackedDaemon } from '@postern/testing';
import { listeningPort } from './listening-port.ts';
import type { CertificateFiles, TestCertificates } from './test-certificates.ts';

/** How a receiver listens. The system picks the port. */
export interface Listening {
  /** Enables TLS. Default: plain TCP. */
  readonly tls?: {
    readonly certificates: TestCertificates;
    readonly server: CertificateFiles;
    /** Whether clients must present a certificate of the authority. */
    readonly asksClient: boolean;
  };
}

/**
 * The configuration of one syslog daemon. It writes each received message as one line of fields.
 */
export interface SyslogDaemon {
  readonly name: UnpackedDaemon;
  config(listening: Listening, directory: string): string;
  args(configPath: string, directory: string): readonly string[];
}

const OUTPUT = 'received.log';
const LIBRARIES = `usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
/** These only limit a hang. */
const READY_TRIES = 600;
const TRY_EVERY_MS = 100;

export const RSYSLOG: SyslogDaemon = {
  name: 'rsyslogd',
  config: ({ tls }, directory) => {
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
      input(type="imtcp" address="127.0.0.1" port="0" listenPortFileName="${join(directory, 'port')}"
        supportOctetCountedFraming="on")
      action(type="omfile" file="${join(directory, OUTPUT)}" template="fields")
    `;
  },
  args: (configPath, directory) => [
    ...['-n', '-f', configPath, '-i', join(directory, 'pid')],
    ...['-M', join(daemonRoot('rsyslogd'), LIBRARIES, 'rsyslog')],
  ],
};

export const SYSLOG_NG: SyslogDaemon = {
  name: 'syslog-ng',
  config: ({ tls }, directory) => {
    const secured =
      tls === undefined
        ? ''
        : `tls(cert-file("${tls.server.certificate}") key-file("${tls.server.key}")
               ca-file("${tls.certificates.authority.certificate}")
               peer-verify(${tls.asksClient ? 'required-trusted' : 'optional-untrusted'}))`;
    return `@version: 3.35
      options { keep-hostname(yes); keep-timestamp(yes); log-msg-size(131072); time-zone("UTC"); };
      source s { syslog(ip("127.0.0.1") port(0) transport("${tls === undefined ? 'tcp' : 'tls'}") ${secured}); };
      template fields { template("$PRI|\${S_YEAR}-\${S_MONTH}-\${S_DAY}T\${S_HOUR}:\${S_MIN}:\${S_SEC}.\${S_MSEC}Z|$HOST|$PROGRAM|$PID|$MSGID|$SDATA|$MSG\\n"); };
      destination d { file("${join(directory, OUTPUT)}" template(fields)); };
      log { source(s); destination(d); };
    `;
  },
  args: (configPath, directory) => [
    ...['--foreground', '--stderr', '--no-caps', '--cfgfile', configPath],
    ...['--persist-file', join(directory, 'persist'), '--control', join(directory, 'control')],
    ...['--pidfile', join(directory, 'pid'), '--module-path', modulesOfSyslogNg()],
  ],
};

/** The modules are in a folder named after the version. */
function modulesOfSyslogNg(): string {
  const libraries = join(daemonRoot('syslog-ng'), 'usr/lib/syslog-ng');
  const version = readdirSync(libraries).find((name) => /^\d/.test(name));
  return join(libraries, version ?? '');
}

export interface RunningDaemon extends AsyncDisposable {
  readonly port: number;
  /**
   * Returns the received lines once there are at least `count`, or what there is after the timeout.
   */
  lines(count: number): Promise<readonly string[]>;
}

/** Starts an unpacked daemon and waits until it listens. */
export async function startDaemon(
  daemon: SyslogDaemon,
  listening: Listening,
  directory: string,
): Promise<RunningDaemon> {
  await mkdir(directory, { recursive: true });
  const configPath = join(directory, 'daemon.conf');
  await writeFile(configPath, daemon.config(listening, directory));
  const root = daemonRoot(daemon.name);
  const program = startProgram(
    join(root, 'usr/sbin', daemon.name),
    daemon.args(configPath, directory),
    {
      environment: {
        LD_LIBRARY_PATH: `${join(root, LIBRARIES)}:${join(root, 'usr/lib/syslog-ng')}`,
      },
    },
  );
  const end = { seen: false };
  void program.ended.finally(() => {
    end.seen = true;
  });
  for (let tries = 0; ; tries += 1) {
    const port = listeningPort(program.pid);
    if (port !== undefined) {
      return {
        port,
        lines: (count) => linesOf(join(directory, OUTPUT), count),
        [Symbol.asyncDispose]: async () => {
          await program.stop('SIGTERM', 5000);
        },
      };
    }
    if (tries > READY_TRIES || end.seen) {
      const { stdout, stderr } = await program.stop('SIGKILL');
      throw new Error(`${daemon.name} did not start: ${stdout}${stderr}`);
    }
    await sleep(TRY_EVERY_MS);
  }
}

async function linesOf(path: string, count: number): Promise<readonly string[]> {
  for (let tries = 0; ; tries += 1) {
    const text = await readFile(path, 'utf8').catch(() => '');
    const lines = text.split('\n').slice(0, -1);
    if (lines.length >= count || tries === READY_TRIES) return lines;
    await sleep(TRY_EVERY_MS);
  }
}
