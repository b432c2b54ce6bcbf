import { execFile } from 'node:child_process';
import type { Environment } from '../config/environment.ts';

/** What a service tells systemd (sd_notify(3)). */
export type ServiceState = 'READY=1' | 'RELOADING=1' | 'STOPPING=1' | 'WATCHDOG=1';

export interface ServiceManager {
  notify(state: ServiceState): void;
  close(): void;
}

const PROGRAM_TIMEOUT_MS = 5000;

/**
 * The service manager that started this process; without one, nothing is sent. Node has no datagram
 * sockets of Unix, so systemd's own program sends the messages: the unit needs `NotifyAccess=all`.
 */
export function serviceManager({
  notifySocket,
  watchdogMs,
  variables,
}: Pick<Environment, 'notifySocket' | 'watchdogMs' | 'variables'>): ServiceManager {
  if (notifySocket === undefined) return { notify: () => undefined, close: () => undefined };
  const send = (state: ServiceState): void => {
    const environment = { NOTIFY_SOCKET: notifySocket, PATH: variables['PATH'] };
    const options = { env: environment, timeout: PROGRAM_TIMEOUT_MS };
    // If it fails, the service manager's own timeout reports it.
    execFile('systemd-notify', [`--pid=${String(process.pid)}`, state], options, () => undefined);
  };
  // Half of the time, as sd_watchdog_enabled(3) recommends. A blocked event loop sends nothing.
  const timer =
    watchdogMs === undefined ? undefined : setInterval(send, watchdogMs / 2, 'WATCHDOG=1').unref();
  return {
    notify: send,
    close: () => {
      clearInterval(timer);
    },
  };
}
