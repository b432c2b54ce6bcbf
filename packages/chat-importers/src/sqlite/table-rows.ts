import type { DatabaseFile } from './database-file.ts';
import { columnPlaces, decodeCell, readVarint, type Cell, type ColumnPlace } from './record.ts';
import type { Column } from './table-columns.ts';

export interface Table {
  /** Its first page. */
  readonly root: number;
  readonly columns: readonly Column[];
}

/** The wanted columns of a row by their names. */
export interface Row {
  readonly id: number;
  readonly cells: Readonly<Record<string, Cell>>;
}

export type RowProblem = 'damaged' | 'too-large';
/** A row, or why one or more rows can't be read. The id is unknown if a page is damaged. */
export type FoundRow =
  | { readonly problem: undefined; readonly row: Row }
  | { readonly problem: RowProblem; readonly id: number | undefined };

const LEAF = 0x0d;
const INTERIOR = 0x05;
const FIRST_PAGE_HEADER_BYTES = 100;
/** More pages between the root and a row than any database has. */
const MAX_DEPTH = 40;
/** A cell without its payload. */
const CELL_BYTES = 4;

interface TreePage {
  readonly bytes: Buffer;
  readonly isLeaf: boolean;
  /** Where its cells are. */
  readonly cells: readonly number[];
  readonly rightChild: number;
}

/** Reads the rows of a table, which are the leaves of a B-tree. A database that isn't one neither ends nor fools it. */
export class TableRows {
  readonly #database: DatabaseFile;
  readonly #table: Table;
  readonly #wanted: readonly string[];
  readonly #maxRowBytes: number;

  constructor(
    database: DatabaseFile,
    table: Table,
    wanted: readonly string[],
    maxRowBytes: number,
  ) {
    this.#database = database;
    this.#table = table;
    this.#wanted = wanted;
    this.#maxRowBytes = maxRowBytes;
  }

  /** All rows in the order of their ids. */
  async *all(): AsyncGenerator<FoundRow> {
    const { pageCount } = this.#database;
    const isSeen = new Uint8Array(pageCount + 1);
    const waiting = [this.#table.root];
    for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
      const page = await this.#page(number);
      if (page === undefined) yield { problem: 'damaged', id: undefined };
      else if (page.isLeaf) {
        for (const at of page.cells) yield await this.#row(page.bytes, at);
      } else {
        const children = [...page.cells.map((at) => childAt(page, at)), page.rightChild];
        // Each page has one parent. Otherwise it is a cycle, or a small file that pretends to be a large one.
        const fresh = children.filter((child) => {
          const isFresh = child <= pageCount && isSeen[child] === 0;
          isSeen[child] = 1;
          return isFresh;
        });
        if (fresh.length < children.length) yield { problem: 'damaged', id: undefined };
        for (const child of fresh.reverse()) waiting.push(child);
      }
    }
  }

  /** The row with this id, which must be one of them. */
  async find(id: number): Promise<FoundRow> {
    let number = this.#table.root;
    for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
      const page = await this.#page(number);
      if (page === undefined) break;
      const at = firstNotBelow(page, id);
      if (!page.isLeaf) {
        number = at === undefined ? page.rightChild : childAt(page, at);
      } else {
        if (at === undefined || idAt(page, at) !== id) break;
        return await this.#row(page.bytes, at);
      }
    }
    return { problem: 'damaged', id };
  }

  async #page(number: number): Promise<TreePage | undefined> {
    const bytes = await this.#database.page(number);
    if (bytes === undefined) return undefined;
    const start = number === 1 ? FIRST_PAGE_HEADER_BYTES : 0;
    const type = bytes.readUInt8(start);
    if (type !== LEAF && type !== INTERIOR) return undefined;
    const isLeaf = type === LEAF;
    const pointers = start + (isLeaf ? 8 : 12);
    const count = bytes.readUInt16BE(start + 3);
    if (pointers + count * 2 > bytes.length) return undefined;
    const cells = Array.from({ length: count }, (_, at) => bytes.readUInt16BE(pointers + at * 2));
    if (cells.some((at) => at + CELL_BYTES > bytes.length)) return undefined;
    return { bytes, isLeaf, cells, rightChild: isLeaf ? 0 : bytes.readUInt32BE(start + 8) };
  }

  async #row(page: Buffer, at: number): Promise<FoundRow> {
    const size = readVarint(page, at);
    const id = size && readVarint(page, size.next);
    if (size === undefined || id === undefined) return { problem: 'damaged', id: undefined };
    const problem = (why: RowProblem): FoundRow => ({ problem: why, id: id.value });
    const payload = this.#payloadAt(page, id.next, size.value);
    if (payload === undefined || !this.#database.spend(CELL_BYTES)) return problem('damaged');
    // The header of a record is in the page, unless it has hundreds of columns.
    const places = columnPlaces(payload.local, this.#table.columns.length);
    if (places === undefined) return problem('damaged');
    const wanted = this.#wantedPlaces(places);
    const end = wanted.reduce((last, { place }) => Math.max(last, place ? endOf(place) : 0), 0);
    if (end > size.value) return problem('damaged');
    if (end > this.#maxRowBytes) return problem('too-large');
    if (!this.#database.spend(end)) return problem('damaged');
    const record = await this.#content(payload, end);
    if (record === undefined) return problem('damaged');
    const { encoding } = this.#database;
    const cells = wanted.map(({ column, place }): [string, Cell] => {
      const cell = place === undefined ? null : decodeCell(record, place, encoding);
      return [column.name, column.isRowId && cell === null ? id.value : cell];
    });
    return { problem: undefined, row: { id: id.value, cells: Object.fromEntries(cells) } };
  }

  /** A column that was added to the table later isn't in the record. */
  #wantedPlaces(
    places: readonly ColumnPlace[],
  ): readonly { readonly column: Column; readonly place: ColumnPlace | undefined }[] {
    return this.#table.columns.flatMap((column, index) =>
      this.#wanted.includes(column.name) ? [{ column, place: places[index] }] : [],
    );
  }

  /** What of a payload is in the page (1.6). Undefined if it isn't. */
  #payloadAt(page: Buffer, at: number, bytes: number): Payload | undefined {
    const usable = this.#database.usableBytes;
    const maxLocal = usable - 35;
    const minLocal = Math.floor(((usable - 12) * 32) / 255) - 23;
    const surplus = minLocal + ((bytes - minLocal) % (usable - 4));
    const spilled = surplus <= maxLocal ? surplus : minLocal;
    const local = bytes <= maxLocal ? bytes : spilled;
    const end = at + local;
    if (end > page.length) return undefined;
    if (local === bytes) return { local: page.subarray(at, end), next: 0 };
    if (end + 4 > page.length) return undefined;
    return { local: page.subarray(at, end), next: page.readUInt32BE(end) };
  }

  /** At least the first bytes of a payload, from the pages that it goes on in. */
  async #content({ local, next }: Payload, bytes: number): Promise<Buffer | undefined> {
    if (bytes <= local.length) return local;
    // Copied at once, so that the blocks of the file that the pages are in can go.
    const record = Buffer.alloc(bytes);
    let length = local.copy(record);
    for (let number = next; length < bytes;) {
      const page = await this.#database.page(number);
      if (page === undefined) return undefined;
      length += page.copy(record, length, 4, this.#database.usableBytes);
      number = page.readUInt32BE(0);
    }
    return record;
  }
}

interface Payload {
  readonly local: Buffer;
  /** The page that it goes on in; 0 if all of it is in this one. */
  readonly next: number;
}

function endOf({ at, bytes }: ColumnPlace): number {
  return at + bytes;
}

function childAt(page: TreePage, at: number): number {
  return page.bytes.readUInt32BE(at);
}

function idAt({ bytes, isLeaf }: TreePage, at: number): number {
  const start = isLeaf ? readVarint(bytes, at)?.next : at + 4;
  return start === undefined ? NaN : (readVarint(bytes, start)?.value ?? NaN);
}

/** The first cell whose id isn't below this one; undefined if all are. Cells are sorted. */
function firstNotBelow(page: TreePage, id: number): number | undefined {
  let [low, high] = [0, page.cells.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (idAt(page, page.cells[middle] ?? 0) < id) low = middle + 1;
    else high = middle;
  }
  return page.cells[low];
}
