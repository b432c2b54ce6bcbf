import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileLock, nodeDisk, writeAtomically, type DiskFailure } from '@postern/disk';
import { failed, ok, type Clock, type Randomness, type Result } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import { readPemFile } from '../../config/read-pem-file.ts';
import { isPair, type TlsIdentity } from '../tls-identity.ts';
import { signCertificate } from './sign-certificate.ts';

/** What the authority needs. `names` are those that clients use for the gateway beside the loopback ones. */
export interface AuthorityParts {
  readonly dataDir: string;
  readonly names: readonly string[];
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/** The authority of this home, which signs certificates for development. */
export interface LocalAuthority {
  /** The file with its certificate, PEM, for those who are to trust it. */
  readonly path: string;
  readonly certificate: string;
  /** SHA-256 in hexadecimal with colons, as browsers and openssl show it. */
  readonly fingerprint: string;
  readonly untilMs: number;
  /** Everything that it can sign for. */
  readonly names: readonly string[];
  /** A server's certificate for all its names, valid for a week. */
  issue(): TlsIdentity;
}

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 730;
const SERVER_DAYS = 7;
/** Clocks of other machines may be behind. */
const SLACK_MS = 3_600_000;
const LOCK_WAIT_MS = 10_000;

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '::1'];

/**
 * The authority in the data directory; created on first use. It can sign only for its names, so that its key, if
 * stolen, can't impersonate anything else to those who trust it. It is replaced if the names change and
 * when it expires.
 */
export async function openLocalAuthority(
  parts: AuthorityParts,
): Promise<Result<LocalAuthority, Problem>> {
  const directory = join(parts.dataDir, 'tls');
  const made = await nodeDisk.makeDirectory(directory);
  if (!made.ok) return failed(describeDisk(made.failure));
  const lock = fileLock<Problem>(join(directory, 'authority.lock'), {
    clock: parts.clock,
    waitMs: LOCK_WAIT_MS,
    toFailure: () => problem('TLS_CERTIFICATE_UNUSABLE', `Can't lock ${directory}.`),
  });
  return await lock.hold(() => readOrCreate(directory, parts));
}

async function readOrCreate(
  directory: string,
  parts: AuthorityParts,
): Promise<Result<LocalAuthority, Problem>> {
  const names = [...new Set([...LOOPBACK_NAMES, ...parts.names])];
  const stored = readAuthority(directory);
  if (!stored.ok) return stored;
  const usable = stored.value !== undefined && isUsable(stored.value, names, parts.clock.nowMs());
  const identity = usable ? ok(stored.value) : await createAuthority(directory, names, parts);
  return identity.ok ? ok(authorityOf(directory, identity.value, names, parts)) : identity;
}

const certificateFile = (directory: string): string => join(directory, 'authority.pem');
const keyFile = (directory: string): string => join(directory, 'authority-key.pem');

function readAuthority(directory: string): Result<TlsIdentity | undefined, Problem> {
  if (!existsSync(certificateFile(directory))) return ok(undefined);
  const cert = readPemFile(certificateFile(directory), 'certificate');
  const key = readPemFile(keyFile(directory), 'private key');
  const stored = cert.ok && key.ok ? { cert: cert.value, key: key.value } : undefined;
  if (stored !== undefined && isPair(stored)) return ok(stored);
  const why = cert.ok ? key : cert;
  return failed(
    problem(
      'TLS_CERTIFICATE_UNUSABLE',
      `${why.ok ? `The authority in ${directory} is damaged` : why.failure}.`,
      `To start with a new authority, which must be trusted again, remove ${directory}.`,
    ),
  );
}

function isUsable({ cert }: TlsIdentity, names: readonly string[], nowMs: number): boolean {
  const certificate = new X509Certificate(cert);
  const left = certificate.validToDate.getTime() - nowMs;
  return left > SERVER_DAYS * DAY_MS && certificate.subject === `CN=${subjectOf(names)}`;
}

/** The most that a common name may have (RFC 5280, ub-common-name). */
const MAX_SUBJECT_LENGTH = 64;

/** The names are in it, so that a person sees what they trust. */
function subjectOf(names: readonly string[]): string {
  const own = names.filter((name) => !LOOPBACK_NAMES.includes(name));
  const text = ['localhost', ...own].join(' ');
  const subject = `Postern development (${text})`;
  if (subject.length <= MAX_SUBJECT_LENGTH) return subject;
  return `Postern development (${createHash('sha256').update(text).digest('hex').slice(0, 32)})`;
}

function newKey(): string {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

async function createAuthority(
  directory: string,
  names: readonly string[],
  { clock, randomness }: AuthorityParts,
): Promise<Result<TlsIdentity, Problem>> {
  const key = newKey();
  const subject = subjectOf(names);
  const nowMs = clock.nowMs();
  const cert = signCertificate(
    {
      ...{ subject, issuer: subject, key, issuerKey: key, names, isAuthority: true },
      ...{ fromMs: nowMs - SLACK_MS, untilMs: nowMs + AUTHORITY_DAYS * DAY_MS },
    },
    randomness,
  );
  // The certificate last: without it, the key counts for nothing.
  const removed = await nodeDisk.remove(certificateFile(directory));
  if (!removed.ok) return failed(describeDisk(removed.failure));
  for (const [path, text] of [
    [keyFile(directory), key],
    [certificateFile(directory), cert],
  ] as const) {
    const written = await writeAtomically(nodeDisk, path, Buffer.from(text), randomness);
    if (!written.ok) return failed(describeDisk(written.failure));
  }
  return ok({ cert, key });
}

function authorityOf(
  directory: string,
  { cert, key: issuerKey }: TlsIdentity,
  names: readonly string[],
  { clock, randomness }: AuthorityParts,
): LocalAuthority {
  const certificate = new X509Certificate(cert);
  return {
    path: certificateFile(directory),
    certificate: cert,
    fingerprint: certificate.fingerprint256,
    untilMs: certificate.validToDate.getTime(),
    names,
    issue: () => {
      const key = newKey();
      const nowMs = clock.nowMs();
      const contents = {
        ...{ subject: names[0] ?? '', issuer: subjectOf(names), key, issuerKey, names },
        ...{ fromMs: nowMs - SLACK_MS, untilMs: nowMs + SERVER_DAYS * DAY_MS },
        isAuthority: false,
      };
      return { cert: signCertificate(contents, randomness) + cert, key };
    },
  };
}

function describeDisk({ reason, path }: DiskFailure): Problem {
  return reason === 'disk-full'
    ? problem('DISK_FULL', `No space left to write ${path}.`)
    : problem('HOME_READ_ONLY', `Can't use ${path}.`);
}

/** How long before its end a server's certificate is replaced. */
const RENEW_BEFORE_MS = 3 * DAY_MS;

/** The server's certificate of an authority, which is replaced while the listener runs. */
export async function developmentIdentity(
  parts: AuthorityParts,
): Promise<Result<() => Promise<Result<TlsIdentity, Problem>>, Problem>> {
  const first = await openLocalAuthority(parts);
  if (!first.ok) return first;
  let current = first.value.issue();
  return ok(async () => {
    const until = new X509Certificate(current.cert).validToDate.getTime();
    if (until - parts.clock.nowMs() > RENEW_BEFORE_MS) return ok(current);
    const authority = await openLocalAuthority(parts);
    if (!authority.ok) return authority;
    current = authority.value.issue();
    return ok(current);
  });
}
