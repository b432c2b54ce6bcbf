import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { DIALECTS } from '@postern/dialects';
import { describe, expect, test } from 'vitest';
import { openApiDocument } from './openapi-document.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const text = JSON.stringify(openApiDocument());

describe('the description of the gateway', () => {
  test.each(Object.values(DIALECTS).flatMap(({ routes }) => routes))(
    'has $path, and where its body is described',
    ({ path, reference }) => {
      expect(openApiDocument()).toMatchObject({
        paths: { [path]: { post: { externalDocs: { url: reference } } } },
      });
    },
  );

  test('names the codes that clients can get, and none that says why a key is invalid', () => {
    const named = new Set([...text.matchAll(/`(GATEWAY_[A-Z_]+)`: /g)].map(([, code]) => code));
    expect([...named].toSorted()).toEqual([
      'GATEWAY_ADDRESS_LIMITED',
      'GATEWAY_BUDGET_SPENT',
      'GATEWAY_CREDENTIALS_EXHAUSTED',
      'GATEWAY_ENDPOINT_REFUSED',
      'GATEWAY_IDEMPOTENCY_DIFFERENT',
      'GATEWAY_IDEMPOTENCY_RUNNING',
      'GATEWAY_KEY_CONCURRENCY',
      'GATEWAY_KEY_REQUIRED',
      'GATEWAY_MODEL_UNKNOWN',
      'GATEWAY_OVERLOADED',
      'GATEWAY_RATE_LIMITED',
      'GATEWAY_STOPPING',
      'GATEWAY_STORE_UNAVAILABLE',
      'GATEWAY_TOTAL_CONCURRENCY',
      'GATEWAY_TOTAL_RATE_LIMITED',
      'GATEWAY_TRANSLATION_UNAVAILABLE',
      'GATEWAY_UPSTREAMS_UNAVAILABLE',
      'GATEWAY_VAULT_UNAVAILABLE',
    ]);
  });
});

test('the check accepts the current document', () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'tools/src/generate-openapi.ts'), '--check'],
    { encoding: 'utf8' },
  );
  expect([status, stderr]).toEqual([0, '']);
}, 60_000);
