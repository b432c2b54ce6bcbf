import { isJsonObject } from '@postern/kernel';
import type { Home } from '../config/home.ts';
import { askRunning } from '../instance/ask-running.ts';
import { controlPlace } from '../instance/control-address.ts';
import { isPortFree } from '../server/probe-port.ts';
import { failing, type Finding } from './finding.ts';

/** Checks that Postern runs or could run. `port` is the configured one; undefined if unknown. */
export async function checkPort(home: Home, port: number | undefined): Promise<Finding> {
  const about = 'Port';
  const running = await askRunning(controlPlace(home), 'GET', '/status');
  if (!running.ok) return failing('Running', running.failure);
  const body = running.value?.body;
  const address = isJsonObject(body) ? body['address'] : undefined;
  if (typeof address === 'string') {
    return { about, level: 'ok', message: `Postern runs at ${address}.` };
  }
  if (port === undefined) {
    const message = "not checked, because the configuration can't be read.";
    return { about, level: 'warn', message, fix: 'Fix the configuration.' };
  }
  if (await isPortFree(port)) return { about, level: 'ok', message: `${String(port)} is free.` };
  const message = `another program is listening on ${String(port)}.`;
  return { about, level: 'warn', message, fix: 'postern up --port N, or "port" in config.json.' };
}
