// Postern's gateway as a separate process: node our-gateway.ts SETUP, an OurSetup in JSON. Prints one
// line, `PORT KEYS`, with the path of a file that holds one key in each line. Everything is on: keys
// from the encrypted store, limits and budgets, routing, recorded usage, every check.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startGateway } from '@postern/gateway/testing';
import { expectOk, revealSecret } from '@postern/kernel';
import { DIALECT_IDS } from '@postern/protocol';
import type { OurSetup } from './our-setup.ts';

// eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- written by the benchmark that starts this process
const { url, keys, isLimited } = JSON.parse(process.argv[2] ?? '') as OurSetup;
const baseUrls = {
  'openai-chat': `${url}/v1`,
  'anthropic-messages': url,
  'openai-responses': `${url}/v1`,
} as const;

const LARGE = 1_000_000_000_000;
const settings = isLimited
  ? ({
      models: 'all',
      limits: { requestsPerMinute: LARGE, tokensPerMinute: LARGE, concurrent: LARGE },
      budget: { amountMicroUsd: LARGE, period: 'month' },
    } as const)
  : ({ models: 'all' } as const);

const running = await startGateway({
  baseUrls,
  endpoints: Object.fromEntries(
    DIALECT_IDS.map((dialect) => [`to-${dialect}`, { dialect, baseUrl: baseUrls[dialect] }]),
  ),
  keySettings: settings,
  routing: {
    models: {
      bench: ['openai/gpt-bench'],
      ...Object.fromEntries(
        DIALECT_IDS.map((dialect) => [`bench-${dialect}`, [`to-${dialect}/m`]]),
      ),
    },
    retries: { attempts: 3, baseDelayMs: 250, maxDelayMs: 8000 },
    breaker: { failures: 5, openForMs: 30_000 },
  },
  keepsEntries: false,
  limits: { maxConcurrent: 1024, maxQueued: 1024 },
});
const texts = [running.key];
while (texts.length < keys) {
  const issued = running.store.keys.create({ name: `key ${texts.length}`, settings });
  texts.push(revealSecret(expectOk(issued).key));
}
const path = join(running.home, 'keys.txt');
writeFileSync(path, texts.join('\n'), { mode: 0o600 });
process.stdout.write(`${running.port} ${path}\n`);
process.once('SIGTERM', () => void running.close());
