import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  startOpenapiValidator,
  whyNoOpenapiValidator,
  type OpenapiValidator,
} from './openapi-validator.ts';
import { skipBecause } from './skip-because.ts';

const why = whyNoOpenapiValidator();
// Other people's corpora are missing on some machines, also in CI.
const skip = skipBecause(
  'requests against an OpenAPI description',
  why,
  why?.startsWith('not found') === true ? {} : process.env,
);

let validator: OpenapiValidator;

describe.skipIf(skip)("OpenAI's OpenAPI description", () => {
  beforeAll(async () => {
    validator = await startOpenapiValidator();
  });

  afterAll(async () => {
    await validator[Symbol.asyncDispose]();
  });

  const message = { role: 'user', content: 'Hello' };
  const check = (path: string, body: object): Promise<readonly string[]> =>
    validator.complaintsAbout(path, Buffer.from(JSON.stringify(body)));

  it.each([
    ['/v1/chat/completions', { model: 'm', messages: [message] }],
    ['/v1/responses', { model: 'm', input: [message], store: false }],
  ])('accepts a valid request to %s', async (path, body) => {
    expect(await check(path, body)).toEqual([]);
  });

  it.each([
    ['/v1/chat/completions', { model: 'm' }, /messages/],
    ['/v1/chat/completions', { model: 'm', messages: [message], n: 'two' }, /body\.n/],
    ['/v1/responses', { model: 'm', input: [message], store: 'no' }, /body\.store/],
  ])('names what is wrong in a request to %s: %j', async (path, body, complaint) => {
    expect((await check(path, body)).join()).toMatch(complaint);
  });
});
