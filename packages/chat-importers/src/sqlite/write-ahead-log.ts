import { setImmediate } from 'node:timers/promises';
import { readExactly, type ReadableFile } from '../readable-file.ts';

/** The pages in a write-ahead log, which replace those in the database (sqlite.org/fileformat2.html, 4). */
export interface LoggedPages {
  /** The highest number of a page. */
  readonly lastPage: number;
  page(number: number): Promise<Buffer | undefined>;
  isChanged(): Promise<boolean>;
}

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const LITTLE = 0x377f0682;
const BIG = 0x377f0683;

const NOTHING: LoggedPages = {
  lastPage: 0,
  page: () => Promise.resolve(undefined),
  isChanged: () => Promise.resolve(false),
};

/** Finds the committed pages. What follows the last commit, or a frame that isn't valid, doesn't count. */
export async function readLog(
  log: ReadableFile | undefined,
  pageBytes: number,
): Promise<LoggedPages> {
  if (log === undefined) return NOTHING;
  const header = Buffer.from(await readExactly(log, 0, HEADER_BYTES));
  const sums = checkedHeader(header, pageBytes);
  if (sums === undefined) return NOTHING;
  const places = await committedPlaces(log, header, pageBytes, sums);
  const lastPage = [...places.keys()].reduce((last, number) => Math.max(last, number), 0);
  return {
    lastPage,
    page: async (number) => {
      const at = places.get(number);
      if (at === undefined) return undefined;
      const bytes = Buffer.from(await readExactly(log, at, pageBytes));
      return bytes.length === pageBytes ? bytes : undefined;
    },
    // It begins anew with another salt.
    isChanged: async () => !Buffer.from(await readExactly(log, 0, HEADER_BYTES)).equals(header),
  };
}

type Sums = readonly [number, number];

/** Its checksum, which the first frame goes on with. Undefined: the log is empty, or of another database. */
function checkedHeader(header: Buffer, pageBytes: number): Sums | undefined {
  if (header.length < HEADER_BYTES || header.readUInt32BE(8) !== pageBytes) return undefined;
  const magic = header.readUInt32BE(0);
  if (magic !== LITTLE && magic !== BIG) return undefined;
  const sums = checksum(header.subarray(0, 24), [0, 0], magic === BIG);
  return isSum(header, 24, sums) ? sums : undefined;
}

/** Where the content of each committed page is. */
async function committedPlaces(
  log: ReadableFile,
  header: Buffer,
  pageBytes: number,
  first: Sums,
): Promise<ReadonlyMap<number, number>> {
  const isBig = header.readUInt32BE(0) === BIG;
  const frameBytes = FRAME_HEADER_BYTES + pageBytes;
  const committed = new Map<number, number>();
  let open = new Map<number, number>();
  let sums = first;
  for (let at = HEADER_BYTES; at + frameBytes <= log.bytes; at += frameBytes) {
    const frame = Buffer.from(await readExactly(log, at, frameBytes));
    if (frame.length < frameBytes || frame.compare(header, 16, 24, 8, 16) !== 0) break;
    sums = checksum(frame.subarray(0, 8), sums, isBig);
    sums = checksum(frame.subarray(FRAME_HEADER_BYTES), sums, isBig);
    if (!isSum(frame, 16, sums)) break;
    open.set(frame.readUInt32BE(0), at + FRAME_HEADER_BYTES);
    const isCommit = frame.readUInt32BE(4) !== 0;
    if (!isCommit) continue;
    for (const [number, place] of open) committed.set(number, place);
    open = new Map();
    await setImmediate();
  }
  return committed;
}

function isSum(bytes: Buffer, at: number, [first, second]: Sums): boolean {
  return bytes.readUInt32BE(at) === first && bytes.readUInt32BE(at + 4) === second;
}

function checksum(bytes: Buffer, [first, second]: Sums, isBig: boolean): Sums {
  let [a, b] = [first, second];
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    a = (a + (isBig ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + b) >>> 0;
    b = (b + (isBig ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + a) >>> 0;
  }
  return [a, b];
}
