import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FreshHome } from '../fresh-home.ts';
import { startProgram, type RunningProgram } from '../run-program.ts';
import { pathOfProgram } from '../system-programs/system-programs.ts';
import type { KeyringKind } from './keyring-service.ts';

const READY_TIMEOUT_MS = 180_000;

/**
 * Starts a bus with the limits of a desktop's bus. It starts no services by itself, so a session
 * has only what it was given. For the kind `prompting`, GNOME Keyring's prompter is a program that
 * never responds.
 */
export async function startSessionBus(
  home: FreshHome,
  socket: string,
  kind: KeyringKind,
): Promise<RunningProgram> {
  const configuration = join(home.path, 'bus.conf');
  const services = join(home.path, 'services');
  mkdirSync(services);
  if (kind === 'prompting') {
    const prompter = 'org.gnome.keyring.SystemPrompter';
    const service = `[D-BUS Service]\nName=${prompter}\nExec=/bin/sleep 600\n`;
    writeFileSync(join(services, `${prompter}.service`), service);
  }
  const denied = kind === 'denied' ? '<deny send_destination="org.freedesktop.secrets"/>' : '';
  writeFileSync(
    configuration,
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <servicedir>${services}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
  <policy context="mandatory">${denied}</policy>
  <limit name="max_connections_per_user">100000</limit>
  <limit name="max_completed_connections">100000</limit>
</busconfig>
`,
  );
  const bus = startProgram(
    pathOfProgram('dbus-daemon') ?? 'dbus-daemon',
    [`--config-file=${configuration}`, '--nofork', '--nosyslog', '--print-address'],
    { environment: home.environment },
  );
  await bus.waitFor(/unix:path=/, READY_TIMEOUT_MS);
  return bus;
}
