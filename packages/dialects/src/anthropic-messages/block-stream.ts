import type { JsonObject } from '@postern/kernel';
import type { Part, PartDelta } from '@postern/protocol';
import { sseFrame } from '../sse/sse-frame.ts';
import { encodeBlock, isCitation } from './encode-block.ts';

interface OpenPart {
  readonly part: Part;
  /** Deltas that arrived while another block was open. */
  readonly waiting: PartDelta[];
  /** The block's index on the wire, once it has one. */
  block: number | undefined;
  ended: boolean;
}

/**
 * Turns parts, of which several may be open at the same time, into content blocks, of which only one may be.
 * Blocks are numbered without gaps, and none is empty. The first open part is streamed; the deltas of the
 * others are buffered until it ends.
 */
export class BlockStream {
  readonly #parts = new Map<number, OpenPart>();
  #blocks = 0;

  start(index: number, part: Part): string {
    this.#parts.set(index, { part, waiting: [], block: undefined, ended: false });
    return this.#advance();
  }

  add(index: number, delta: PartDelta): string {
    this.#parts.get(index)?.waiting.push(delta);
    return this.#advance();
  }

  end(index: number): string {
    const open = this.#parts.get(index);
    if (open !== undefined) open.ended = true;
    return this.#advance();
  }

  endAll(): string {
    for (const open of this.#parts.values()) open.ended = true;
    return this.#advance();
  }

  /** Emits the first open part, and if that has ended, the next ones. */
  #advance(): string {
    let frames = '';
    for (const [index, open] of this.#parts) {
      frames += this.#emit(open);
      if (!open.ended) return frames;
      frames += this.#stop(open);
      this.#parts.delete(index);
    }
    return frames;
  }

  #emit(open: OpenPart): string {
    if (open.part.kind === 'opaque') return '';
    const deltas = openingDeltas(open).flatMap(encodeDelta);
    open.waiting.length = 0;
    if (deltas.length === 0 && !isWhole(open.part)) return '';
    const frames = this.#startBlock(open, emptied(open.part));
    return frames + deltas.map((delta) => deltaFrame(open.block ?? 0, delta)).join('');
  }

  #startBlock(open: OpenPart, part: Part): string {
    if (open.block !== undefined) return '';
    const block = encodeBlock(part, '', () => undefined);
    if (block === undefined) return '';
    open.block = this.#blocks;
    this.#blocks += 1;
    const content = part.kind === 'tool-call' ? { ...block, input: {} } : block;
    return sseFrame('content_block_start', {
      type: 'content_block_start',
      index: open.block,
      content_block: content,
    });
  }

  #stop(open: OpenPart): string {
    const frames = open.part.kind === 'opaque' ? this.#startBlock(open, newest(open)) : '';
    if (open.block === undefined) return frames;
    return (
      frames + sseFrame('content_block_stop', { type: 'content_block_stop', index: open.block })
    );
  }
}

/** An opaque part is emitted when it ends. Its last delta is its latest value. */
function newest({ part, waiting }: OpenPart): Part {
  const last = waiting.findLast((delta) => delta.kind === 'opaque');
  return part.kind === 'opaque' && last !== undefined ? { ...part, value: last.value } : part;
}

/** Whether a streamed answer has blocks of this kind; images and files have no deltas. */
export function hasBlock({ kind }: Part): boolean {
  return kind !== 'image' && kind !== 'file' && kind !== 'tool-result';
}

/** Parts that have a block even if nothing follows their start. */
function isWhole(part: Part): boolean {
  return part.kind === 'tool-call' || part.kind === 'redacted-thinking';
}

/** The content that a part had when it started, as deltas. */
function openingDeltas({ part, block, waiting }: OpenPart): readonly PartDelta[] {
  if (block !== undefined) return waiting;
  switch (part.kind) {
    case 'text':
      return [
        { kind: 'text', text: part.text },
        ...(part.annotations ?? []).map((value) => ({ kind: 'annotation', value }) as const),
        ...waiting,
      ];
    case 'thinking': {
      const { text, signature = '' } = part;
      return [{ kind: 'thinking', text }, { kind: 'signature', signature }, ...waiting];
    }
    case 'tool-call':
      return [{ kind: 'tool-input', json: part.inputJson }, ...waiting];
    case 'refusal':
      return [{ kind: 'refusal', text: part.text }, ...waiting];
    default:
      return waiting;
  }
}

/** The part for the start of its block: without the content of its deltas. */
function emptied(part: Part): Part {
  switch (part.kind) {
    case 'text':
      return part.annotations?.every(isCitation) === true
        ? { ...part, text: '', annotations: [] }
        : { kind: 'text', text: '', ...(part.extra !== undefined && { extra: part.extra }) };
    case 'thinking':
      return { ...part, text: '', signature: '' };
    case 'refusal':
      return { ...part, text: '' };
    default:
      return part;
  }
}

/** The wire form of a delta; none if it is empty or can't be encoded. */
function encodeDelta(delta: PartDelta): readonly JsonObject[] {
  switch (delta.kind) {
    case 'annotation':
      return isCitation(delta.value) ? [{ type: 'citations_delta', citation: delta.value }] : [];
    case 'text':
    case 'refusal':
      return nonEmptyDelta('text_delta', 'text', delta.text);
    case 'thinking':
      return nonEmptyDelta('thinking_delta', 'thinking', delta.text);
    case 'signature':
      return nonEmptyDelta('signature_delta', 'signature', delta.signature);
    case 'tool-input':
      return nonEmptyDelta('input_json_delta', 'partial_json', delta.json);
    case 'opaque':
      return [];
  }
}

function nonEmptyDelta(type: string, field: string, words: string): readonly JsonObject[] {
  return words === '' ? [] : [{ type, [field]: words }];
}

function deltaFrame(index: number, delta: JsonObject): string {
  return sseFrame('content_block_delta', { type: 'content_block_delta', index, delta });
}
