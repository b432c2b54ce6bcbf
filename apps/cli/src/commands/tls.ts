import { developmentAuthority, shellQuoted, type LocalAuthority } from '@postern/app';
import { openHome, orFail, report, type CommandContext } from './command-context.ts';

/** `postern tls show`: the authority of development certificates, which is created if there is none. */
export async function showAuthority(context: CommandContext): Promise<void> {
  const authority = await authorityOf(context);
  const { certificate } = authority;
  report(context, { ...described(authority), certificate }, [
    `file:         ${authority.path}`,
    `fingerprint:  ${authority.fingerprint}`,
    `signs for:    ${authority.names.join(', ')}`,
    `valid until:  ${dayOf(authority)}`,
  ]);
}

/** `postern tls trust`: how to trust it, on each system and in each program. Changes nothing. */
export async function explainTrust(context: CommandContext): Promise<void> {
  const authority = await authorityOf(context);
  const ways = waysToTrust(shellQuoted(authority.path));
  const lines = [
    `The certificate of Postern's own authority is ${authority.path}.`,
    `It can sign only for ${authority.names.join(', ')}, until ${dayOf(authority)}.`,
    'Only trust it on machines that you develop on. Run the command for your system:',
    ...ways.flatMap(({ where, command }) => ['', `${where}:`, `  ${command}`]),
  ];
  report(context, { ...described(authority), ways }, lines);
}

async function authorityOf(context: CommandContext): Promise<LocalAuthority> {
  const { config } = openHome(context);
  const { clock, randomness, home } = context;
  return orFail(await developmentAuthority({ config, clock, randomness, dataDir: home.dataDir }));
}

function described({ path, fingerprint, names, untilMs }: LocalAuthority) {
  return { file: path, fingerprint, names, validUntil: new Date(untilMs).toISOString() };
}

function dayOf({ untilMs }: LocalAuthority): string {
  return new Date(untilMs).toISOString().slice(0, 10);
}

interface WayToTrust {
  readonly where: string;
  readonly command: string;
}

/** @param file The quoted path of the certificate. */
function waysToTrust(file: string): readonly WayToTrust[] {
  return [
    {
      where: 'Debian and Ubuntu',
      command: `sudo cp ${file} /usr/local/share/ca-certificates/postern.crt && sudo update-ca-certificates`,
    },
    { where: 'Fedora and Arch', command: `sudo trust anchor ${file}` },
    {
      where: 'macOS',
      command: `security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db ${file}`,
    },
    { where: 'Windows', command: `certutil -user -addstore Root ${file}` },
    {
      where: 'Chromium on Linux',
      command: `certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n postern -i ${file}`,
    },
    { where: 'Node.js only', command: `export NODE_EXTRA_CA_CERTS=${file}` },
    { where: 'Python only', command: `export SSL_CERT_FILE=${file}` },
    { where: 'curl only', command: `curl --cacert ${file} …` },
  ];
}
