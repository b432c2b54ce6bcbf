import {
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';

declare module 'node:crypto' {
  // Documented for Node 24 and missing from its types.
  function generateKeyPairSync(
    type: 'dh',
    options: { readonly group: 'modp2' },
  ): { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
}

/** The name of this exchange in a call of OpenSession. */
export const SESSION_ALGORITHM = 'dh-ietf1024-sha256-aes128-cbc-pkcs7';

/** What opens one value: its initialisation vector and its ciphertext; undefined where it cannot. */
export type OpenValue = (iv: Buffer, ciphertext: Buffer) => Buffer | undefined;

export interface SessionOffer {
  /** Ours, as an unsigned number, most significant byte first. */
  readonly publicKey: Buffer;
  /** With the other side's; undefined where that is none of this group. */
  agree(otherPublicKey: Buffer): OpenValue | undefined;
}

/** The second Oakley group (RFC 2409, section 6.2) has 1024 bits. */
const GROUP_BYTES = 128;

/**
 * One side of the key exchange of the Secret Service, so that values do not pass the bus in plain
 * text. Source: Secret Service API draft 0.2, "Transfer of Secrets".
 */
export function offerSession(): SessionOffer {
  // Not createDiffieHellman, which would prove the group's prime anew, for 50 ms.
  const { publicKey, privateKey } = generateKeyPairSync('dh', { group: 'modp2' });
  const spki = readSpki(publicKey.export({ type: 'spki', format: 'der' }));
  return {
    publicKey: spki.key,
    agree: (otherPublicKey) => {
      try {
        const other = publicKeyOf(spki.algorithm, otherPublicKey);
        return valueOpener(sharedKey(privateKey, other));
      } catch {
        return undefined;
      }
    },
  };
}

function sharedKey(privateKey: KeyObject, publicKey: KeyObject): Buffer {
  const secret = diffieHellman({ privateKey, publicKey });
  const padded = Buffer.concat([Buffer.alloc(GROUP_BYTES - secret.length), secret]);
  return Buffer.from(hkdfSync('sha256', padded, Buffer.alloc(0), Buffer.alloc(0), 16));
}

function valueOpener(key: Buffer): OpenValue {
  return (iv, ciphertext) => {
    try {
      const decipher = createDecipheriv('aes-128-cbc', key, iv);
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
    } catch {
      return undefined;
    }
  };
}

const DER = { integer: 2, bitString: 3, sequence: 0x30 };

interface Spki {
  /** The whole AlgorithmIdentifier, which carries the group. */
  readonly algorithm: Buffer;
  readonly key: Buffer;
}

/** Of a SubjectPublicKeyInfo (RFC 5280, section 4.1) that OpenSSL wrote. */
function readSpki(der: Buffer): Spki {
  const whole = readElement(der);
  const algorithm = readElement(whole.content);
  // A bit string begins with the number of bits that are not used in its last byte: none.
  const bits = readElement(algorithm.rest).content.subarray(1);
  const number = readElement(bits).content;
  const key = number[0] === 0 ? number.subarray(1) : number;
  return { algorithm: writeElement(DER.sequence, algorithm.content), key };
}

function publicKeyOf(algorithm: Buffer, key: Buffer): KeyObject {
  const number = Buffer.concat([Buffer.alloc(1), withoutLeadingZeros(key)]);
  const positive = (number[1] ?? 0) < 0x80 ? number.subarray(1) : number;
  const bits = Buffer.concat([Buffer.alloc(1), writeElement(DER.integer, positive)]);
  const content = Buffer.concat([algorithm, writeElement(DER.bitString, bits)]);
  const der = writeElement(DER.sequence, content);
  return createPublicKey({ key: der, type: 'spki', format: 'der' });
}

function withoutLeadingZeros(number: Buffer): Buffer {
  const first = number.findIndex((byte) => byte !== 0);
  return number.subarray(first === -1 ? number.length : first);
}

/** Source: ITU-T X.690, section 8.1; lengths below 65,536. */
function readElement(der: Buffer): { readonly content: Buffer; readonly rest: Buffer } {
  const short = der[1] ?? 0;
  const lengthBytes = short < 0x80 ? 0 : short - 0x80;
  const start = 2 + lengthBytes;
  const length = lengthBytes === 0 ? short : der.readUIntBE(2, lengthBytes);
  return { content: der.subarray(start, start + length), rest: der.subarray(start + length) };
}

function writeElement(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const long = [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...(length < 0x80 ? [length] : long)]), content]);
}
