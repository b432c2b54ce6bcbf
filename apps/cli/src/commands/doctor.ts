import { failed, isJsonObject, type Result } from '@postern/kernel';
import { EXIT, type Problem } from '@postern/protocol';
import { probeKeyring } from '@postern/vault';
import {
  askRunning,
  checkConfiguration,
  checkKeyring,
  checkNode,
  checkStores,
  controlPlace,
  describeConfigFailure,
  failing,
  isPortFree,
  isUnsafe,
  loadConfig,
  systemKeyring,
  type Finding,
  type LoadedConfig,
} from '@postern/app';
import { findingLines } from './finding-lines.ts';
import { endWith, report, type CommandContext } from './context.ts';
import { inspectStorage } from './inspect-storage.ts';

/** `postern doctor`: everything that can be looked at without asking, each with its fix. */
export async function doctor(context: CommandContext): Promise<void> {
  const loaded = readConfig(context);
  const storage = await inspectStorage(context);
  const keyring = await probeKeyring(systemKeyring(context.environment), context.randomness);
  const { vault } = storage;
  const findings: readonly Finding[] = [
    checkNode(process.versions.node),
    checkConfiguration(loaded),
    await checkPort(context, loaded.ok ? loaded.value.config.port : undefined),
    checkKeyring(keyring, storage.backend === 'keyring'),
    ...storage.findings,
    ...(vault === undefined ? [] : await checkStores(context.home.dataDir, vault, context.clock)),
  ];
  const healthy = !isUnsafe(findings);
  report(context, { healthy, findings }, findingLines(findings));
  if (!healthy) endWith(EXIT.failure);
}

function readConfig(context: CommandContext): Result<LoadedConfig, Problem> {
  const loaded = loadConfig(context.home.configFile);
  return loaded.ok ? loaded : failed(describeConfigFailure(loaded.failure));
}

async function checkPort(context: CommandContext, port: number | undefined): Promise<Finding> {
  const about = 'Port';
  const running = await askRunning(controlPlace(context.home), 'GET', '/status');
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
