import { alignedTo, BusReader, BusWriter } from './bus-values.ts';

/** One call of a method of an object on the bus. */
export interface MethodCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** The types of the arguments, and what writes them. */
  readonly signature?: string;
  readonly arguments?: (writer: BusWriter) => void;
}

/** An answer to the call with that serial; `body` is undefined where the answer is an error. */
export interface Answer {
  readonly replySerial: number;
  readonly body: BusReader | undefined;
}

const [METHOD_RETURN, ERROR] = [2, 3];
const LITTLE_ENDIAN = 0x6c;
const FIXED_BYTES = 16;
const HEADER_ALIGNMENT = 8;
const REPLY_SERIAL = 5;

/** Source: D-Bus Specification 0.43, "Message Format". */
export function encodeCall(serial: number, call: MethodCall): Buffer {
  const body = new BusWriter();
  call.arguments?.(body);
  const { destination, path, member, signature = '' } = call;
  const header = new BusWriter();
  // A method call (1) without flags, of version 1.
  header.byte(LITTLE_ENDIAN).byte(1).byte(0).byte(1);
  header.uint32(body.written().length).uint32(serial);
  header.array(HEADER_ALIGNMENT, () => {
    writeField(header, 1, 'o', path);
    writeField(header, 2, 's', call.interface);
    writeField(header, 3, 's', member);
    writeField(header, 6, 's', destination);
    if (signature !== '') {
      header.align(HEADER_ALIGNMENT).byte(8).signature('g').signature(signature);
    }
  });
  return Buffer.concat([header.align(HEADER_ALIGNMENT).written(), body.written()]);
}

function writeField(writer: BusWriter, code: number, type: string, value: string): void {
  writer.align(HEADER_ALIGNMENT).byte(code).signature(type).text(value);
}

/** The length in bytes of the message that begins here; undefined before that can be told. */
export function messageLength(received: Buffer): number | undefined {
  if (received.length < FIXED_BYTES) return undefined;
  const [bodyBytes, fieldsBytes] = [received.readUInt32LE(4), received.readUInt32LE(12)];
  return alignedTo(FIXED_BYTES + fieldsBytes, HEADER_ALIGNMENT) + bodyBytes;
}

/** Of a whole message; undefined where it is none that answers a call, or in no order of ours. */
export function decodeAnswer(message: Buffer): Answer | undefined {
  const [order, type] = message;
  if (order !== LITTLE_ENDIAN || (type !== METHOD_RETURN && type !== ERROR)) return undefined;
  const fields = new BusReader(message, FIXED_BYTES - 4);
  let replySerial = 0;
  fields.array(HEADER_ALIGNMENT, () => {
    fields.align(HEADER_ALIGNMENT);
    const code = fields.byte();
    const value = fieldValue(fields);
    if (code === REPLY_SERIAL && typeof value === 'number') replySerial = value;
  });
  fields.align(HEADER_ALIGNMENT);
  if (!fields.isSound) return undefined;
  return { replySerial, body: type === METHOD_RETURN ? fields : undefined };
}

/** A variant of one of the types that the header's fields have. */
function fieldValue(reader: BusReader): string | number | undefined {
  switch (reader.signature()) {
    case 's':
    case 'o':
      return reader.text();
    case 'g':
      return reader.signature();
    case 'u':
      return reader.uint32();
    default:
      return undefined;
  }
}
