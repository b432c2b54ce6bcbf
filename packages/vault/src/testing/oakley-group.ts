/** The second Oakley group (RFC 2409, section 6.2), in numbers: slow, and not the product's way. */
const PRIME = BigInt(
  `0x${'F'.repeat(16)}C90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381${'F'.repeat(16)}`,
);
const GENERATOR = 2n;

export const GROUP_BYTES = 128;

/** The other side's key, whose private half is a number that a test chooses. */
export function publicKeyFor(privateKey: bigint): Buffer {
  return bytesOf(power(GENERATOR, privateKey));
}

/** What both sides know then, as long as the group. */
export function sharedSecret(publicKey: Buffer, privateKey: bigint): Buffer {
  return bytesOf(power(numberOf(publicKey), privateKey));
}

function power(base: bigint, exponent: bigint): bigint {
  let [result, square, rest] = [1n, base % PRIME, exponent];
  for (; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % PRIME;
    square = (square * square) % PRIME;
  }
  return result;
}

function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}

function bytesOf(number: bigint): Buffer {
  return Buffer.from(number.toString(16).padStart(2 * GROUP_BYTES, '0'), 'hex');
}
