import { readFileSync } from 'node:fs';
import { compactDecrypt } from 'jose';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { CONTENT_ENCRYPTION, readProtected } from '../file/jwe-content.ts';
import { corpusFiles } from '@postern/testing';
import { openGcm, sealGcm } from './aes-gcm.ts';
import { hkdfSha256, pbkdf2Sha512 } from './key-derivation.ts';
import { KEY_WRAP, unwrapKey } from './key-wrap.ts';

/** Tests the vault's functions with Wycheproof's vectors (github.com/C2SP/wycheproof) and our own. */

const hex = v.pipe(
  v.string(),
  v.transform((text) => Buffer.from(text, 'hex')),
);
const common = { tcId: v.number(), comment: v.string(), result: v.picklist(['valid', 'invalid']) };

function vectors<const Test extends v.GenericSchema, const Group extends v.ObjectEntries>(
  file: string,
  test: Test,
  group: Group,
) {
  const Vectors = v.object({ testGroups: v.array(v.object({ ...group, tests: v.array(test) })) });
  return corpusFiles('vectors', new RegExp(`^${file}$`)).flatMap(
    (path) => v.parse(Vectors, JSON.parse(readFileSync(path, 'utf8'))).testGroups,
  );
}

describe('AES-256-GCM', () => {
  const test = v.object({ ...common, key: hex, iv: hex, aad: hex, msg: hex, ct: hex, tag: hex });
  const groups = vectors('aes_gcm_test.json', test, { keySize: v.number(), ivSize: v.number() });

  it('accepts valid vectors with our parameters, and nothing else', () => {
    let accepted = 0;
    for (const { keySize, ivSize, tests } of groups) {
      for (const { tcId, key, iv, aad, msg, ct, tag, result } of tests) {
        const name = `test ${String(tcId)}`;
        const sealed = Buffer.concat([ct, tag]);
        if (keySize !== 256 || ivSize !== 96) {
          expect(() => openGcm(key, iv, aad, sealed), name).toThrow('takes a key');
          continue;
        }
        expect(openGcm(key, iv, aad, sealed), name).toEqual(result === 'valid' ? msg : undefined);
        if (result === 'invalid') continue;
        expect(sealGcm(key, iv, aad, msg), name).toEqual(sealed);
        accepted += 1;
      }
    }
    expect(accepted).toBeGreaterThan(10);
  });
});

describe('HKDF-SHA256', () => {
  const test = v.object({ ...common, ikm: hex, salt: hex, info: hex, size: v.number(), okm: hex });
  const groups = vectors('hkdf_sha256_test.json', test, {});

  it('derives the expected keys and refuses impossible lengths', () => {
    const tests = groups.flatMap((group) => group.tests);
    expect(tests.length).toBeGreaterThan(40);
    for (const { tcId, ikm, salt, info, size, okm, result } of tests) {
      const derive = () => hkdfSha256(ikm, salt, info, size);
      if (result === 'valid') expect(derive(), `test ${String(tcId)}`).toEqual(okm);
      else expect(derive, `test ${String(tcId)}`).toThrow();
    }
  });
});

describe('PBKDF2-HMAC-SHA512', () => {
  const test = v.object({
    ...common,
    password: hex,
    salt: hex,
    iterationCount: v.number(),
    dkLen: v.number(),
    dk: hex,
  });
  const groups = vectors('pbkdf2_hmacsha512_test.json', test, {});

  it('derives the expected key', async () => {
    const tests = groups.flatMap((group) => group.tests);
    expect(tests.length).toBeGreaterThan(40);
    for (const { tcId, password, salt, iterationCount, dkLen, dk } of tests) {
      const derived = await pbkdf2Sha512(password, salt, iterationCount, dkLen);
      expect(derived, `test ${String(tcId)}`).toEqual(dk);
    }
  });
});

describe('JWE with A256KW and A256GCM', () => {
  const test = v.object({ ...common, pt: v.optional(hex), jwe: v.string() });
  const key = v.looseObject({ alg: v.optional(v.string()), k: v.optional(v.string()) });
  const groups = vectors('json_web_encryption_test.json', test, { private: v.optional(key) });

  it('refuses invalid files and other algorithms', async () => {
    let opened = 0;
    for (const { private: jwk, tests } of groups) {
      for (const { tcId, jwe, pt, result } of tests) {
        const plaintext = await openCompact(jwe, Buffer.from(jwk?.k ?? '', 'base64url'));
        if (plaintext === undefined) continue;
        expect(result, `test ${String(tcId)}`).toBe('valid');
        expect(plaintext, `test ${String(tcId)}`).toEqual(pt);
        opened += 1;
      }
    }
    expect(opened).toBeGreaterThan(0);
  });
});

/** Opens a compact JWE (RFC 7516 §3.1) with our functions and with jose, which must agree. */
async function openCompact(jwe: string, kek: Uint8Array): Promise<Uint8Array | undefined> {
  const byJose = await compactDecrypt(jwe, kek, {
    keyManagementAlgorithms: [KEY_WRAP],
    contentEncryptionAlgorithms: [CONTENT_ENCRYPTION],
  }).then(
    ({ plaintext }) => Buffer.from(plaintext),
    () => undefined,
  );
  const parts = jwe.split('.').map((part) => Buffer.from(part, 'base64url'));
  const [, encryptedKey, iv, ciphertext, tag] = parts;
  const claims = readProtected(jwe.slice(0, Math.max(0, jwe.indexOf('.'))));
  if (claims?.['alg'] !== KEY_WRAP || claims['enc'] !== CONTENT_ENCRYPTION) return byJose;
  if (parts.length !== 5 || !encryptedKey || iv?.length !== 12 || !ciphertext || !tag) {
    return byJose;
  }
  const key = unwrapKey(kek, encryptedKey);
  const associated = Buffer.from(jwe.slice(0, jwe.indexOf('.')));
  const own = key && openGcm(key, iv, associated, Buffer.concat([ciphertext, tag]));
  expect(own).toEqual(byJose);
  return own;
}
